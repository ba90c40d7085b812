using Ccr.Tokenization.Requests;

namespace Ccr.Tests.Tokenization;

public sealed class ImageSizeTests
{
    [Theory]
    // A whole 1 x 1 GIF and PNG, as browsers write them.
    [InlineData("R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=", 1, 1)]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", 1, 1)]
    // The three kinds of WebP: lossless, lossy, extended (canvas 400 x 300).
    [InlineData("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", 1, 1)]
    [InlineData("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA", 1, 1)]
    [InlineData("UklGRhYAAABXRUJQVlA4WAoAAAAQAAAAjwEAKwEA", 400, 300)]
    // JPEG: an application segment, a quantisation table (cut short), fill bytes, then a progressive frame of 640 x 480.
    [InlineData("/9j/4AAEAAD/2wAEAAD///8/wgARCAHgAoADASIA", 0, 0)]
    [InlineData("/9j/4AAEAAD/2wAEAAD////CABEIAeACgAMBIgA=", 640, 480)]
    [InlineData("/9j/4AAEAAA=", 0, 0)]
    [InlineData("iVBORw0KGgo=", 0, 0)]
    [InlineData("JVBERi0xLjcK", 0, 0)]
    [InlineData("", 0, 0)]
    public void The_size_is_read_from_the_head_of_the_file(string base64, int width, int height)
    {
        Assert.Equal(width > 0, ImageSize.TryRead(Convert.FromBase64String(base64), out var foundWidth, out var foundHeight));
        Assert.Equal((width, height), (foundWidth, foundHeight));
    }

    [Fact]
    public void No_junk_makes_it_read_beyond_the_end()
    {
        byte[][] heads = [[0x89, (byte)'P', (byte)'N', (byte)'G'], [.. "GIF8"u8], [.. "RIFF....WEBPVP8 "u8], [.. "RIFF....WEBPVP8X"u8], [0xFF, 0xD8, 0xFF]];
        foreach (var head in heads)
        {
            for (var length = 0; length < 80; length++)
            {
                byte[] file = [.. head, .. GeneratedTexts.Junk(9, length)];
                var found = ImageSize.TryRead(file, out var width, out var height);
                Assert.Equal(found, width > 0 && height > 0);
            }
        }
    }
}
