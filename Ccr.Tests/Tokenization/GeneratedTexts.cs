using System.Text;
using System.Text.Json.Nodes;

namespace Ccr.Tests.Tokenization;

/// <summary>Texts drawn from many Unicode classes; eng/vocabularies/golden.mjs draws the same ones from the same seed.</summary>
internal static class GeneratedTexts
{
    private static readonly JsonNode Rules = JsonNode.Parse(File.ReadAllBytes(Golden.FilePath("generator.json")))!;

    /// <summary>The texts whose counts are in golden.json.</summary>
    public static List<byte[]> All() => Make((uint)Rules["seed"]!, (int)Rules["count"]!);

    /// <summary>That many texts from another seed.</summary>
    public static List<byte[]> Make(uint seed, int count)
    {
        var ranges = Rules["ranges"]!.AsArray().Select(range => (First: (int)range![0]!, Last: (int)range[1]!)).ToArray();
        var words = Rules["words"]!.AsArray().Select(word => (string)word!).ToArray();
        var random = new SharedRandom(seed);
        var texts = new List<byte[]>(count);
        for (var n = 0; n < count; n++)
        {
            var kind = random.Next(4);
            var length = 1 + random.Next(random.Next(8) == 0 ? 120 : 24);
            var range = ranges[random.Next(ranges.Length)];
            var text = new StringBuilder();
            for (var i = 0; i < length; i++)
            {
                if (kind == 0 || (kind == 1 && random.Next(2) == 0))
                {
                    text.Append(words[random.Next(words.Length)]);
                }
                else
                {
                    var (first, last) = kind == 2 ? range : ranges[random.Next(ranges.Length)];
                    text.Append(char.ConvertFromUtf32(first + random.Next(last - first + 1)));
                }
            }

            texts.Add(Encoding.UTF8.GetBytes(text.ToString()));
        }

        return texts;
    }

    /// <summary>Random bytes, most of them no UTF-8.</summary>
    public static byte[] Junk(uint seed, int length)
    {
        var random = new SharedRandom(seed);
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)random.Next(256);
        }

        return bytes;
    }
}
