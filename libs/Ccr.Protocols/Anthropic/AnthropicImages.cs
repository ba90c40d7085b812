using System.Buffers;
using System.Buffers.Text;

namespace Ccr.Protocols.Anthropic;

/// <summary>The media types of images that Anthropic takes, told by their first bytes: clients often declare a wrong one, and that is refused.</summary>
internal static class AnthropicImages
{
    /// <summary>The media type to declare; empty when the image is of no kind that is taken.</summary>
    public static ReadOnlySpan<byte> MediaType(ReadOnlySpan<byte> escapedBase64, ReadOnlySpan<byte> declared)
    {
        // Some writers of JSON escape slashes, which base64 has.
        Span<byte> encoded = stackalloc byte[24];
        var length = 0;
        foreach (var b in escapedBase64)
        {
            if (length == encoded.Length)
            {
                break;
            }

            if (b != '\\')
            {
                encoded[length++] = b;
            }
        }

        Span<byte> bytes = stackalloc byte[18];
        Base64.DecodeFromUtf8(encoded[..(length - (length % 4))], bytes, out _, out var written, isFinalBlock: false);
        bytes = bytes[..written];
        if (bytes.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G']))
        {
            return "image/png"u8;
        }

        if (bytes.StartsWith<byte>([0xFF, 0xD8, 0xFF]))
        {
            return "image/jpeg"u8;
        }

        if (bytes.StartsWith("GIF8"u8))
        {
            return "image/gif"u8;
        }

        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8))
        {
            return "image/webp"u8;
        }

        return IsTaken(declared) ? declared
            : declared.SequenceEqual("image/jpg"u8) || declared.SequenceEqual("image\\/jpg"u8) ? "image/jpeg"u8
            : default;
    }

    private static bool IsTaken(ReadOnlySpan<byte> type)
    {
        var kind = type.StartsWith("image/"u8) ? type["image/".Length..] : type.StartsWith("image\\/"u8) ? type["image\\/".Length..] : default;
        return kind.SequenceEqual("png"u8) || kind.SequenceEqual("jpeg"u8) || kind.SequenceEqual("gif"u8) || kind.SequenceEqual("webp"u8);
    }
}
