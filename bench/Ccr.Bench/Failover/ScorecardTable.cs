using System.Globalization;
using System.Text;
using Ccr.Bench.Wire;

namespace Ccr.Bench.Failover;

/// <summary>A scorecard as text. A published cell passes only if it passes over an upstream of its own dialect and over a translated one.</summary>
internal static class ScorecardTable
{
    private const string Begin = "<!-- failover:begin -->";
    private const string End = "<!-- failover:end -->";
    private static readonly WireDialect[] Clients = [WireDialect.Messages, WireDialect.Chat, WireDialect.Responses];

    /// <summary>Every cell with its reason, for a terminal.</summary>
    public static void Write(TextWriter output, IReadOnlyList<CellResult> results)
    {
        foreach (var result in results)
        {
            output.WriteLine($"{result.Cell.Name,-26} {Word(result.Judgement.Verdict),-8} {result.Judgement.Reason}");
        }

        output.WriteLine();
        foreach (var column in (string[])["same", "translated"])
        {
            output.WriteLine($"{column,-11} {Sum([.. results.Where(r => r.Cell.Column == column).Select(r => r.Judgement.Verdict)])}");
        }

        output.WriteLine($"{"published",-11} {Sum(Published(results))}");
    }

    /// <summary>The table as Markdown, with the reasons of what did not pass.</summary>
    public static string Markdown(IReadOnlyList<CellResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine("| | fault | Messages | Chat | Responses |").AppendLine("| --- | --- | --- | --- | --- |");
        foreach (var scenario in Scenarios.All.Where(s => results.Any(r => r.Cell.Scenario == s)))
        {
            var cells = Clients.Select(client => Shown([.. results.Where(r => r.Cell.Scenario == scenario && r.Cell.Client == client)]));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {scenario.Id} | {scenario.Fault} | {string.Join(" | ", cells)} |");
        }

        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"In all: {Sum(Published(results))}.");
        var missed = results.Where(r => r.Judgement.Verdict != Verdict.Pass).ToList();
        if (missed.Count > 0)
        {
            text.AppendLine().AppendLine("What did not pass:").AppendLine();
            foreach (var result in missed)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"* {result.Cell.Name}: {Word(result.Judgement.Verdict)}. {OneLine(result.Judgement.Reason)}");
            }
        }

        return text.ToString();
    }

    /// <summary>Puts the table between the markers of a document.</summary>
    /// <exception cref="FormatException">The document has no markers.</exception>
    public static string Replace(string document, string table)
    {
        var begin = document.IndexOf(Begin, StringComparison.Ordinal);
        var end = document.IndexOf(End, StringComparison.Ordinal);
        return begin < 0 || end < begin
            ? throw new FormatException($"the document has no place for the table: put a line {Begin} and below it a line {End}")
            : $"{document[..(begin + Begin.Length)]}\n{table.ReplaceLineEndings("\n")}{document[end..]}";
    }

    /// <summary>The worse of a client's two columns, for each scenario and client.</summary>
    public static List<Verdict> Published(IReadOnlyList<CellResult> results) =>
        [.. results.GroupBy(r => (r.Cell.Scenario.Id, r.Cell.Client)).Select(g => g.Max(r => r.Judgement.Verdict))];

    private static string Shown(IReadOnlyList<CellResult> both) =>
        both.Count == 0 ? "-"
        : both.DistinctBy(r => r.Judgement.Verdict).Count() == 1 ? Word(both[0].Judgement.Verdict)
        : string.Join(", ", both.Select(r => $"{r.Cell.Column}: {Word(r.Judgement.Verdict)}"));

    private static string Sum(List<Verdict> verdicts) =>
        $"{verdicts.Count(v => v == Verdict.Pass)} of {verdicts.Count} pass, {verdicts.Count(v => v == Verdict.Partial)} partial, {verdicts.Count(v => v == Verdict.Safe)} safe, {verdicts.Count(v => v == Verdict.Fail)} fail";

    private static string Word(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
        return line.Length > 240 ? line[..240] + "…" : line;
    }
}
