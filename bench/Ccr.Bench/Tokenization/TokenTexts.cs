using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ccr.Bench.Tokenization;

/// <summary>The texts that token counting is measured on, about a megabyte of each kind, made from this repository's own files.</summary>
internal static class TokenTexts
{
    private const int Size = 1_000_000;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Lines = [.. Files("*.cs").SelectMany(static file => file.Split('\n'))];

    /// <summary>The kinds that <see cref="Make"/> knows.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["code", "json", "prose", "cjk"];

    /// <summary>One text, as UTF-8.</summary>
    public static byte[] Make(string kind) => Cut(kind switch
    {
        "code" => string.Concat(Files("*.cs")),
        "prose" => string.Concat(Files("*.md").Append(Corpus("english.txt"))),
        "json" => Request(),
        "cjk" => Chain(Corpus("chinese.txt") + Corpus("japanese-korean.txt")),
        _ => throw new ArgumentException($"There is no text of the kind '{kind}'.", nameof(kind)),
    });

    /// <summary>The request of a turn, from 1, of an agent that reads 120 lines in each: the whole conversation up to there.</summary>
    public static byte[] Turn(int turn)
    {
        var messages = new List<object> { new { role = "user", content = "Read the files of this repository one after the other and say what each does; begin with the first." } };
        for (var i = 1; i < turn; i++)
        {
            messages.Add(new
            {
                role = "assistant",
                content = new object[]
                {
                    new { type = "text", text = $"Step {i}: the last file is clear to me now, so I go on to the part number {i}." },
                    new { type = "tool_use", id = $"toolu_{i:D8}", name = "Read", input = new { file_path = $"/src/Part{i}.cs", limit = 120 } },
                },
            });
            messages.Add(new { role = "user", content = new[] { new { type = "tool_result", tool_use_id = $"toolu_{i:D8}", content = string.Join('\n', Lines.Skip(i * 120 % (Lines.Length - 120)).Take(120)) } } });
        }

        return JsonSerializer.SerializeToUtf8Bytes(new { model = "model", max_tokens = 32_000, system = string.Join('\n', Lines.Take(300)), messages }, Plain);
    }

    private static byte[] Cut(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= Size ? bytes : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes, 0, Size).TrimEnd('\uFFFD'));
    }

    private static string Corpus(string file) => File.ReadAllText(Path.Combine(Repository(), "Ccr.Tests", "Tokenization", "Corpus", file));

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Repository(), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "artifacts" or "node_modules"))
            .Order(StringComparer.Ordinal).Select(File.ReadAllText);

    /// <summary>A request of an agent that has read many files.</summary>
    private static string Request() => JsonSerializer.Serialize(new
    {
        model = "model",
        max_tokens = 32_000,
        messages = Files("*.cs").Select((file, n) => new
        {
            role = "user",
            content = new[] { new { type = "tool_result", tool_use_id = $"toolu_{n:D8}", content = file } },
        }),
    }, Plain);

    /// <summary>Text in which each character follows one that it follows in the sample: new words, natural neighbours.</summary>
    private static string Chain(string sample)
    {
        var random = new Random(1);
        var runes = sample.EnumerateRunes().ToArray();
        var next = Enumerable.Range(0, runes.Length).ToLookup(i => runes[i], i => runes[(i + 1) % runes.Length]).ToDictionary(group => group.Key, group => group.ToArray());
        var text = new StringBuilder();
        for (var rune = runes[0]; text.Length < Size / 2;)
        {
            text.Append(rune);
            var followers = next[rune];
            rune = followers[random.Next(followers.Length)];
        }

        return text.ToString();
    }

    /// <summary>The root of the checkout that the program was built in.</summary>
    public static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Ccr.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Run the benchmark from a checkout: Ccr.sln was not found above the program.");
        }

        return folder;
    }
}
