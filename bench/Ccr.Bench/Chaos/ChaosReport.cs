using System.Globalization;

namespace Ccr.Bench.Chaos;

/// <summary>What came of a chaos run.</summary>
internal sealed record ChaosReport
{
    /// <summary>The settings.</summary>
    public required ChaosOptions Options { get; init; }

    /// <summary>What the agents counted.</summary>
    public required ChaosTally Tally { get; init; }

    /// <summary>Requests as the proxy counted them.</summary>
    public required long ProxyRequests { get; init; }

    /// <summary>Tries as the proxy counted them.</summary>
    public required long ProxyTries { get; init; }

    /// <summary>Where the proxy's counts were kept: redis or memory.</summary>
    public required string Source { get; init; }

    /// <summary>Tries as the simulator counted them.</summary>
    public required long SimulatorTries { get; init; }

    /// <summary>Changes of a tier's behaviour.</summary>
    public required int Changes { get; init; }

    /// <summary>Kills of Redis and of the tokenizer.</summary>
    public required (int Redis, int Tokenizer) Kills { get; init; }

    /// <summary>The phases in which a tier was dead.</summary>
    public required IReadOnlyList<DeadPhase> Dead { get; init; }

    /// <summary>The proxy's memory in MB over the time of the run.</summary>
    public required IReadOnlyList<(TimeSpan At, double Megabytes)> Memory { get; init; }

    /// <summary>No client was misled, and all three accounts agree.</summary>
    public bool IsGood => Tally.Broken == 0 && Tally.Whole > 0 && ProxyRequests == Tally.Requests && ProxyTries == SimulatorTries;

    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter output)
    {
        Row("seed", Options.Seed);
        Row("agents", Options.Agents);
        Row("minutes", Options.Length.TotalMinutes);
        Row("changes of a tier's behaviour", Changes);
        Row("kills of Redis", Kills.Redis);
        Row("kills of the tokenizer", Kills.Tokenizer);
        Row("requests of the agents", Tally.Requests);
        Row("  answered whole", Tally.Whole);
        Row("  broken or misleading (must be 0)", Tally.Broken);
        Row("    of these left after 90 s without an end", Tally.Endless);
        Row("  clear errors", Tally.Errors.Values.Sum());
        foreach (var (kind, count) in Tally.Errors.OrderByDescending(e => e.Value))
        {
            Row("    " + kind, count);
        }

        Row("jobs done", Tally.Jobs);
        Row("jobs whose closing text was gone on with by a call", Tally.Detours);
        Row("jobs given up", Tally.Abandoned);
        Row($"requests that the proxy counted ({Source})", ProxyRequests);
        Row("tries that the proxy counted", ProxyTries);
        Row("tries that the simulator counted", SimulatorTries);
        foreach (var (at, megabytes) in Memory)
        {
            Row(string.Create(CultureInfo.InvariantCulture, $"proxy RSS after {at.TotalMinutes:0.00} min, MB"), megabytes);
        }

        foreach (var tier in Dead.GroupBy(d => d.Tier).OrderBy(t => t.Key.Number))
        {
            var seconds = tier.Sum(d => d.Length.TotalSeconds);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{tier.Key.Name} dead: {tier.Count()} times, {seconds:0.0} s in all, {tier.Sum(d => d.Requests)} requests ({tier.Sum(d => d.Requests) / Math.Max(seconds, 0.001) * 60:0} a minute)"));
            output.WriteLine("  by minute of the run: " + string.Join(", ", tier.GroupBy(d => (int)d.Start.TotalMinutes).OrderBy(m => m.Key).Select(m => $"{m.Key}: {m.Sum(d => d.Requests)}")));
        }

        foreach (var problem in Tally.Problems)
        {
            output.WriteLine("problem: " + problem);
        }

        output.WriteLine(IsGood ? "good: no client was misled, and the accounts agree" : "NOT good");

        void Row(string name, double value) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}{value,12:0.##}"));
    }
}
