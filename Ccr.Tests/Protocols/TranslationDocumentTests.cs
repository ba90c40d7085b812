using System.Globalization;
using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Transformers;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Protocols;

/// <summary>The tables of docs/translation.md are those of the code. With CCR_UPDATE_DOCS=1 they are written anew.</summary>
public class TranslationDocumentTests
{
    private static readonly string Path = System.IO.Path.Combine(Part.Repository, "docs", "translation.md");

    [Fact]
    public void The_fields_are_those_of_the_code() => Compare("fields", Fields());

    [Fact]
    public void The_transformers_are_those_of_the_code() => Compare("transformers", Transformers());

    [Fact]
    public void The_models_are_those_of_the_code() => Compare("models", Models());

    private static void Compare(string part, string expected)
    {
        var page = File.ReadAllText(Path);
        var open = $"<!-- {part} -->\n";
        var start = page.IndexOf(open, StringComparison.Ordinal) + open.Length;
        var end = page.IndexOf($"<!-- /{part} -->", StringComparison.Ordinal);
        Assert.True(start >= open.Length && end >= start, $"docs/translation.md has no markers for {part}");
        if (Environment.GetEnvironmentVariable("CCR_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(Path, string.Concat(page.AsSpan(0, start), expected, page.AsSpan(end)));
            return;
        }

        Assert.Equal(expected, page[start..end]);
    }

    private static string Fields()
    {
        var table = new StringBuilder("| what | Anthropic Messages | Chat Completions | Responses | Gemini | where it cannot be said |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var row in FieldTable.Rows)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {row.Field} | {Code(row.Anthropic)} | {Code(row.Chat)} | {Code(row.Responses)} | {Code(row.Gemini)} | {Cell(row.Otherwise)} |\n");
        }

        return table.ToString();
    }

    private static string Transformers()
    {
        var table = new StringBuilder("| name | effect | options (type, default) |\n| --- | --- | --- |\n");
        foreach (var entry in TransformerCatalog.Entries)
        {
            var options = entry.Options.Select(o => $"`{o.Name}` ({Cell(o.Type)}, {Cell(o.Default)})").Concat(entry.TakesAnyOption ? ["any: they go into the body"] : []);
            table.Append(CultureInfo.InvariantCulture, $"| `{entry.Name}` | {Cell(entry.Effect)} | {string.Join("; ", options)} |\n");
        }

        return table.ToString();
    }

    private static string Models()
    {
        var table = new StringBuilder("| name begins with | thinking | effort | sampling | max output | reasoning back (Chat) | how it is asked to reason (Chat) | also |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var rules in ModelRules.Table)
        {
            var notes = new List<string>();
            Note(notes, rules.UsesMaxCompletionTokens, "max_completion_tokens");
            Note(notes, !rules.TakesStop, "no stop");
            Note(notes, !rules.CanDisableThinking, "always thinks");
            Note(notes, !rules.TakesPrefill, "no prefill");
            Note(notes, !rules.ForcedToolWithThinking, "no forced tool while thinking");
            Note(notes, !rules.TakesSystemInMiddle, "instructions at the head only");
            Note(notes, rules.NineCharacterToolIds, "ids of nine characters");
            Note(notes, rules.Budget != default, $"budget from {rules.Budget.Least}{(rules.Budget.Most > 0 ? $" to {rules.Budget.Most}" : "")}");
            var thinking = rules.GeminiThinking != GeminiThinking.None ? rules.GeminiThinking.ToString() : rules.Thinking == ThinkingForm.None ? "" : rules.Thinking.ToString();
            table.Append(CultureInfo.InvariantCulture, $"| `{rules.Prefix}` | {thinking} | {(rules.Effort == 0 ? "" : rules.Effort.ToString().ToLowerInvariant())} | {rules.Sampling} | {(rules.MaxOutput > 0 ? rules.MaxOutput : "")} | {rules.Replay} | {rules.Style} | {string.Join(", ", notes)} |\n");
        }

        return table.ToString();
    }

    private static void Note(List<string> notes, bool holds, string note)
    {
        if (holds)
        {
            notes.Add(note);
        }
    }

    private static string Code(string? name) => name is null ? "–" : name.Contains(' ', StringComparison.Ordinal) ? Cell(name) : $"`{name}`";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
