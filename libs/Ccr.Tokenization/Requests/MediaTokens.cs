using System.Buffers;
using System.Buffers.Text;

namespace Ccr.Tokenization.Requests;

/// <summary>Measures images, documents and sounds that a request carries as base64.</summary>
internal static class MediaTokens
{
    /// <summary>How much of an image is decoded in search of its size; a JPEG may have previews and profiles before it.</summary>
    private const int HeaderBytes = 192 * 1024;

    private const int MaxEdge = 1568;
    private const int PixelsPerToken = 750;

    /// <summary>The tokens of data of that media type; without a type, what the data itself looks like decides.</summary>
    public static long Count(ReadOnlySpan<byte> mediaType, ReadOnlySpan<byte> base64)
    {
        var bytes = base64.Length / 4L * 3;
        if (mediaType.StartsWith("audio"u8) || mediaType.SequenceEqual("wav"u8) || mediaType.SequenceEqual("mp3"u8))
        {
            return (bytes / RequestTokenCounter.AudioBytesPerToken) + 1;
        }

        var isImage = mediaType.StartsWith("image"u8);
        if ((isImage || mediaType.IsEmpty) && TryReadSize(base64, out var width, out var height))
        {
            return ForImage(width, height);
        }

        return isImage ? RequestTokenCounter.ImageTokens
            : ((bytes / RequestTokenCounter.DocumentPageBytes) + 1) * RequestTokenCounter.DocumentTokens;
    }

    /// <summary>Width times height over 750, after scaling the longer edge down to 1568 pixels; at least 1 and at most 1600.</summary>
    public static long ForImage(int width, int height)
    {
        var scale = Math.Min(1.0, (double)MaxEdge / Math.Max(width, height));
        var tokens = Math.Ceiling(width * scale * (height * scale) / PixelsPerToken);
        return (long)Math.Clamp(tokens, 1, RequestTokenCounter.ImageTokens);
    }

    private static bool TryReadSize(ReadOnlySpan<byte> base64, out int width, out int height)
    {
        var length = Math.Min(base64.Length, HeaderBytes / 3 * 4);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            // A slash may stand escaped in the JSON; nothing else in base64 can.
            var kept = 0;
            foreach (var character in base64[..length])
            {
                buffer[kept] = character;
                kept += character == '\\' ? 0 : 1;
            }

            Base64.DecodeFromUtf8InPlace(buffer.AsSpan(0, kept / 4 * 4), out var decoded);
            return ImageSize.TryRead(buffer.AsSpan(0, decoded), out width, out height);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
