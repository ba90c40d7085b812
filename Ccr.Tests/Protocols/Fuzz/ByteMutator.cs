namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>Damages bytes without knowing what they mean.</summary>
internal static class ByteMutator
{
    private static readonly byte[][] Bad =
    [
        [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80], [0xFF], [0xC0, 0x80], [0x00], [0x1F], [0x0A], [0x0D], [0x0D, 0x0A], [(byte)'"'], [(byte)'\\'], [(byte)'{'], [(byte)'}'], [(byte)'['], [(byte)','], [0xEF, 0xBB, 0xBF],
    ];

    /// <summary>The bytes with one change.</summary>
    public static byte[] Mutate(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            return Garbage(random);
        }

        var at = random.Next(bytes.Length);
        var end = Math.Min(bytes.Length, at + random.Next(1, random.Next(2) == 0 ? 4 : 200));
        switch (random.Next(7))
        {
            case 0:
                byte[] flipped = [.. bytes];
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1:
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(end)];
            case 2:
                return [.. bytes.AsSpan(0, end), .. bytes.AsSpan(at)];
            case 3:
                return [.. bytes.AsSpan(0, at), .. Bad[random.Next(Bad.Length)], .. bytes.AsSpan(at)];
            case 4:
                return bytes[..at];
            case 5:
                var garbage = Garbage(random);
                return [.. bytes.AsSpan(0, at), .. garbage.AsSpan(0, Math.Min(20, garbage.Length)), .. bytes.AsSpan(at)];
            default:
                // A character cut in two, or anything else in the middle of a text.
                var high = bytes.AsSpan(at).IndexOfAnyInRange((byte)0x80, (byte)0xFF);
                var place = high < 0 ? at : at + high;
                return [.. bytes.AsSpan(0, place), .. bytes.AsSpan(Math.Min(bytes.Length, place + 1))];
        }
    }

    /// <summary>Nothing but noise.</summary>
    public static byte[] Garbage(Random random)
    {
        var bytes = new byte[random.Next(300)];
        random.NextBytes(bytes);
        if (random.Next(2) == 0)
        {
            var alphabet = "{}[]\",:\\ \n\rdataevnul0123tf-"u8;
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = alphabet[bytes[i] % alphabet.Length];
            }
        }

        return bytes;
    }
}
