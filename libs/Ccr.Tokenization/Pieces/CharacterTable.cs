using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ccr.Tokenization.Vocabularies;

namespace Ccr.Tokenization.Pieces;

/// <summary>
/// The class of every code point, as the regular expressions of tiktoken 1.0.22 see it (Unicode 16). It is data and not
/// <see cref="System.Globalization.CharUnicodeInfo"/>, because the runtime's Unicode version moves and the counts must not.
/// </summary>
internal static class CharacterTable
{
    private const int PageBits = 7;
    private const int PageSize = 1 << PageBits;
    private const int CodePoints = 0x110000;

    private static readonly ushort[] Pages = new ushort[CodePoints >> PageBits];
    private static readonly byte[] Classes = Load();

    /// <summary>The class of the code point that starts here, and how many bytes it has. The text is valid UTF-8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte At(ref byte text, nint at, out int width)
    {
        uint first = Unsafe.Add(ref text, at);
        if (first < 0x80)
        {
            width = 1;
            // ASCII is the first page, and the first page's classes lie first.
            return Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Classes), first);
        }

        return Decode(ref Unsafe.Add(ref text, at), first, out width);
    }

    /// <summary>The class of an ASCII character.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte OfAscii(uint character) => Classes[character];

    /// <summary>The class of a code point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Of(uint codePoint) => Classes[(Pages[codePoint >> PageBits] << PageBits) | (int)(codePoint & (PageSize - 1))];

    private static byte Decode(ref byte start, uint first, out int width)
    {
        var second = Unsafe.Add(ref start, 1) & 0x3Fu;
        if (first < 0xE0)
        {
            width = 2;
            return Of(((first & 0x1F) << 6) | second);
        }

        var third = Unsafe.Add(ref start, 2) & 0x3Fu;
        if (first < 0xF0)
        {
            width = 3;
            return Of(((first & 0x0F) << 12) | (second << 6) | third);
        }

        width = 4;
        return Of(((first & 0x07) << 18) | (second << 12) | (third << 6) | (Unsafe.Add(ref start, 3) & 0x3Fu));
    }

    /// <summary>Unpacks the runs of equal classes. A page that lies in one run is kept once per class.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static byte[] Load()
    {
        var runs = PackedResource.Read("characters.classes");
        var uniform = new int[1 << 6];
        var classes = new byte[256 * PageSize];
        var pages = 0;
        var point = 0;
        for (var at = 0; at < runs.Length;)
        {
            var length = 0;
            var shift = 0;
            byte part;
            do
            {
                part = runs[at++];
                length |= (part & 0x7F) << shift;
                shift += 7;
            }
            while (part >= 0x80);

            var kind = runs[at++];
            for (var end = point + length; point < end;)
            {
                var inPage = point & (PageSize - 1);
                var fill = Math.Min(end - point, PageSize - inPage);
                if (fill == PageSize && uniform[kind] > 0)
                {
                    Pages[point >> PageBits] = (ushort)(uniform[kind] - 1);
                    point += fill;
                    continue;
                }

                if (inPage == 0)
                {
                    if (classes.Length == pages << PageBits)
                    {
                        Array.Resize(ref classes, 2 * classes.Length);
                    }

                    Pages[point >> PageBits] = (ushort)pages++;
                    if (fill == PageSize)
                    {
                        uniform[kind] = pages;
                    }
                }

                classes.AsSpan(((pages - 1) << PageBits) + inPage, fill).Fill(kind);
                point += fill;
            }
        }

        Array.Resize(ref classes, pages << PageBits);
        return classes;
    }
}
