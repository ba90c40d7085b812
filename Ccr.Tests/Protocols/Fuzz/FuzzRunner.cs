using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>
/// Runs targets round after round, one input each, and keeps one finding of each kind with the smallest input that still shows it. The same seed gives
/// the same inputs.
/// </summary>
internal sealed partial class FuzzRunner(IReadOnlyList<FuzzTarget> targets, int seed)
{
    private readonly Dictionary<string, FuzzFinding> _findings = [];

    /// <summary>Called before each iteration with the target and its seed, so that a crash of the process leaves a trace.</summary>
    public Action<string, int>? Before { get; init; }

    /// <summary>How many tries a finding's input may cost to become smaller.</summary>
    public int ShrinkTries { get; init; } = 3000;

    /// <summary>Iterations by target.</summary>
    public Dictionary<string, long> Iterations { get; } = [];

    /// <summary>What was found, by signature.</summary>
    public IReadOnlyDictionary<string, FuzzFinding> Findings => _findings;

    /// <summary>Goes on until so many iterations were done in all, or the time is over.</summary>
    public void Run(long iterations, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        var done = 0L;
        for (var round = 0; done < iterations; round++)
        {
            foreach (var target in targets)
            {
                for (var i = 0; i < target.Weight && done < iterations; i++, done++)
                {
                    One(target, HashCode(target.Name, (round * 64) + i));
                }
            }

            if (limit is { } time && clock.Elapsed > time)
            {
                return;
            }
        }
    }

    /// <summary>One iteration again, as a report named it: throws what it threw.</summary>
    public static void Repeat(FuzzTarget target, int iterationSeed) => target.Check(target.Generate(new Random(iterationSeed)), iterationSeed);

    /// <summary>The findings as text.</summary>
    public string Report()
    {
        var text = new StringBuilder();
        foreach (var (signature, finding) in _findings.OrderBy(f => f.Value.Target, StringComparer.Ordinal))
        {
            var fault = finding.Fault;
            text.AppendLine(CultureInfo.InvariantCulture, $"== {finding.Target} seed {finding.Seed}, {finding.Count} times: {signature}");
            text.AppendLine(CultureInfo.InvariantCulture, $"   {fault.GetType().Name}: {Clip(fault.Message, 1500)}");
            foreach (var line in (fault.StackTrace ?? "").Split('\n').Where(l => l.Contains(" at Ccr.Protocols.", StringComparison.Ordinal)).Take(6))
            {
                text.AppendLine("   " + line.Trim());
            }

            text.AppendLine(CultureInfo.InvariantCulture, $"   input ({finding.Input.Length} bytes): {Clip(Printable(finding.Input), 1500)}");
        }

        return text.ToString();
    }

    private void One(FuzzTarget target, int iterationSeed)
    {
        Iterations[target.Name] = Iterations.GetValueOrDefault(target.Name) + 1;
        Before?.Invoke(target.Name, iterationSeed);
        var input = target.Generate(new Random(iterationSeed));
        if (Fault(target, input, iterationSeed) is not { } fault)
        {
            return;
        }

        var signature = Signature(target, fault);
        if (_findings.TryGetValue(signature, out var known))
        {
            known.Count++;
            return;
        }

        _findings[signature] = Shrink(target, input, iterationSeed, signature, fault);
    }

    private FuzzFinding Shrink(FuzzTarget target, byte[] input, int iterationSeed, string signature, Exception fault)
    {
        var tries = 0;
        for (var size = input.Length / 2; size > 0 && tries < ShrinkTries; size = size > 1 && input.Length < size * 2 ? input.Length / 2 : size / 2)
        {
            for (var at = 0; at + size <= input.Length && tries < ShrinkTries; tries++)
            {
                byte[] smaller = [.. input.AsSpan(0, at), .. input.AsSpan(at + size)];
                if (Fault(target, smaller, iterationSeed) is { } again && Signature(target, again) == signature)
                {
                    (input, fault) = (smaller, again);
                }
                else
                {
                    at += size;
                }
            }
        }

        return new(target.Name, iterationSeed, input, fault);
    }

    private static Exception? Fault(FuzzTarget target, byte[] input, int iterationSeed)
    {
        try
        {
            target.Check(input, iterationSeed);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static string Signature(FuzzTarget target, Exception fault)
    {
        var message = Digits().Replace(fault.Message.Split('\n')[0], "#");
        var frame = (fault.StackTrace ?? "").Split('\n').FirstOrDefault(l => l.Contains(" at Ccr.", StringComparison.Ordinal) && !l.Contains("Hold(", StringComparison.Ordinal)) ?? "";
        return $"{target.Name} {fault.GetType().Name} {Clip(message, 90)} {Clip(frame.Trim().Split(" in ")[0], 110)}";
    }

    private static string Clip(string text, int length) => text.Length <= length ? text : text[..length] + "…";

    private static string Printable(byte[] input)
    {
        var text = new StringBuilder();
        foreach (var b in input)
        {
            text.Append(b switch { (byte)'\n' => "\\n\n      ", (byte)'\r' => "<CR>", >= 0x20 and < 0x7F => ((char)b).ToString(), _ => $"<{b:X2}>" });
        }

        return text.ToString();
    }

    private int HashCode(string name, int iteration)
    {
        // FNV-1a: the same in every process, unlike the hashes of .NET.
        var hash = 2166136261u ^ (uint)seed;
        foreach (var c in name)
        {
            hash = (hash ^ c) * 16777619;
        }

        hash = (hash ^ (uint)iteration) * 16777619;
        hash ^= hash >> 15;
        hash *= 0x2C1B3C6D;
        return (int)((hash ^ (hash >> 13)) & int.MaxValue);
    }

    [GeneratedRegex("[0-9]+|'[^']*'|\"[^\"]*\"")]
    private static partial Regex Digits();
}
