using System.Buffers.Binary;

namespace Ccr.Tokenization.Requests;

/// <summary>Reads the size in pixels from the first bytes of a PNG, GIF, WebP or JPEG file.</summary>
internal static class ImageSize
{
    /// <summary>False when the bytes are none of these, are cut off before the size, or name a size of zero.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out int width, out int height)
    {
        (width, height) = file switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] when file.Length >= 24 =>
                (BinaryPrimitives.ReadInt32BigEndian(file[16..]), BinaryPrimitives.ReadInt32BigEndian(file[20..])),
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] when file.Length >= 10 =>
                (BinaryPrimitives.ReadUInt16LittleEndian(file[6..]), BinaryPrimitives.ReadUInt16LittleEndian(file[8..])),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] when file.Length >= 30 => Webp(file),
            [0xFF, 0xD8, ..] => Jpeg(file),
            _ => (0, 0),
        };
        return width > 0 && height > 0;
    }

    /// <summary>RFC 9649: the first chunk is lossy (VP8), lossless (VP8L) or extended (VP8X).</summary>
    private static (int Width, int Height) Webp(ReadOnlySpan<byte> file)
    {
        var chunk = file.Slice(12, 4);
        if (chunk.SequenceEqual("VP8 "u8))
        {
            return (BinaryPrimitives.ReadUInt16LittleEndian(file[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) & 0x3FFF);
        }

        if (chunk.SequenceEqual("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(file[21..]);
            return ((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
        }

        return chunk.SequenceEqual("VP8X"u8)
            ? (1 + file[24] + (file[25] << 8) + (file[26] << 16), 1 + file[27] + (file[28] << 8) + (file[29] << 16))
            : (0, 0);
    }

    /// <summary>ITU T.81 B.2: segments up to the first frame header, which is SOF0 to SOF15 but DHT, JPG and DAC.</summary>
    private static (int Width, int Height) Jpeg(ReadOnlySpan<byte> file)
    {
        var at = 2;
        while (at + 9 <= file.Length && file[at] == 0xFF)
        {
            var marker = file[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return (BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]));
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }

        return (0, 0);
    }
}
