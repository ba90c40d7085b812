using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ccr.Tests.Protocols.Fuzz;

namespace Ccr.Bench.Fuzz;

/// <summary>The fuzz targets of the tests for as long as wanted: fuzz --iterations N --seed S [--minutes M] [--fixtures DIR] [--target NAME] [--repeat SEED].</summary>
internal static class FuzzCommand
{
    public static Command Create()
    {
        var iterations = new Option<long>("--iterations") { DefaultValueFactory = _ => 100_000, Description = "Iterations in all" };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1, Description = "The same seed gives the same inputs" };
        var minutes = new Option<double?>("--minutes") { Description = "Stop after this long" };
        var fixtures = new Option<string?>("--fixtures") { Description = "The folder of recordings to mutate; without it only generated inputs" };
        var target = new Option<string?>("--target") { Description = "Only targets whose name contains this" };
        var repeat = new Option<int?>("--repeat") { Description = "Only the iteration of this seed, as a finding names it" };
        var trace = new Option<string?>("--trace") { Description = "A file that holds the current target and seed, for when the process dies" };
        var command = new Command("fuzz", "Damaged streams and requests through the translator; prints each kind of fault with its seed and smallest input")
        {
            iterations, seed, minutes, fixtures, target, repeat, trace,
        };
        command.SetAction(result => Run(
            result.GetValue(iterations), result.GetValue(seed), result.GetValue(minutes), result.GetValue(fixtures), result.GetValue(target), result.GetValue(repeat), result.GetValue(trace)));
        return command;
    }

    private static int Run(long iterations, int seed, double? minutes, string? fixtures, string? only, int? repeat, string? trace)
    {
        var targets = FuzzTargets.All(FuzzCorpus.Load(fixtures)).Where(t => only is null || t.Name.Contains(only, StringComparison.Ordinal)).ToList();
        if (repeat is { } iteration)
        {
            targets.ForEach(t => FuzzRunner.Repeat(t, iteration));
            return 0;
        }

        using var file = trace is null ? null : File.OpenHandle(trace, FileMode.Create, FileAccess.Write, FileShare.Read);
        var current = "";
        var since = Stopwatch.GetTimestamp();
        var runner = new FuzzRunner(targets, seed)
        {
            Before = (name, iterationSeed) =>
            {
                since = Stopwatch.GetTimestamp();
                current = name;
                if (file is not null)
                {
                    RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name} {iterationSeed}").PadRight(60)), 0);
                }
            },
        };

        // A target that never comes back cannot be stopped from inside: say which it was, and leave.
        using var watch = new Timer(
            _ =>
            {
                if (Stopwatch.GetElapsedTime(since) > TimeSpan.FromMinutes(2))
                {
                    Console.Error.WriteLine($"{current} does not come back");
                    Environment.Exit(3);
                }
            },
            null,
            TimeSpan.FromSeconds(10),
            TimeSpan.FromSeconds(10));
        var clock = Stopwatch.StartNew();

        // On a small stack, as the threads of a server have.
        var thread = new Thread(() => runner.Run(iterations, minutes is { } m ? TimeSpan.FromMinutes(m) : null), 512 * 1024);
        thread.Start();
        thread.Join();
        foreach (var (name, count) in runner.Iterations)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26} {count,10:N0}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"in all",-26} {runner.Iterations.Values.Sum(),10:N0} in {clock.Elapsed.TotalSeconds:F0} s, {runner.Findings.Count} kinds of faults"));
        Console.WriteLine(runner.Report());
        return runner.Findings.Count == 0 ? 0 : 1;
    }
}
