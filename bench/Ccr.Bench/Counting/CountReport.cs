using System.Globalization;

namespace Ccr.Bench.Counting;

/// <summary>What came of a counting run.</summary>
internal sealed record CountReport
{
    public required int Requests { get; init; }

    /// <summary>Answers that came whole.</summary>
    public required int Served { get; init; }

    public required double Seconds { get; init; }

    public required string? FirstProblem { get; init; }

    /// <summary>Requests that the simulated provider got.</summary>
    public required long Simulated { get; init; }

    public required int RedisKills { get; init; }

    public required IReadOnlyList<CountRow> Rows { get; init; }

    /// <summary>Whether everything was answered and counted once.</summary>
    public bool IsGood =>
        Served == Requests && Simulated == Requests && Rows.All(r => r.Requests == Requests && r.Source == "redis" && r.Tokens == Rows[0].Tokens && r.Cost == Rows[0].Cost);

    /// <summary>Writes it.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Requests} requests over two replicas in {Seconds:0.0} s ({Requests / Seconds:0}/s), {Served} answers whole, {Simulated} at the provider; Redis killed {RedisKills} times, a replica once."));
        if (FirstProblem is not null)
        {
            output.WriteLine($"first problem: {FirstProblem}");
        }

        output.WriteLine();
        output.WriteLine("| counted by | requests | tokens | dollars | source |");
        output.WriteLine("| --- | ---: | ---: | ---: | --- |");
        foreach (var row in Rows)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {row.Way} | {row.Requests} | {row.Tokens} | {row.Cost} | {row.Source} |"));
        }

        output.WriteLine();
        output.WriteLine(IsGood ? "good: every way of counting has every request once" : "WRONG: see above");
    }
}
