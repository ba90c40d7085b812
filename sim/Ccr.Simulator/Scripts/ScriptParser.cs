using System.Diagnostics.CodeAnalysis;

namespace Ccr.Simulator.Scripts;

/// <summary>
/// Reads the script of a request: the model's name when it begins with <c>sim-</c>, then the <c>x-sim-script</c> header on top, then
/// what <see cref="Serving.Behaviours"/> has for its name. A script is words joined by <c>+</c> or <c>;</c>. A later word replaces the same word from before.
/// </summary>
internal static class ScriptParser
{
    /// <summary>What a model's name begins with when it is a script.</summary>
    public const string Prefix = "sim-";

    private static readonly char[] Separators = ['+', ';'];

    /// <summary>Reads all of it; false with one sentence that names the word and the remedy.</summary>
    public static bool TryParse(string model, string? header, out Script script, [NotNullWhen(false)] out string? problem) => TryParse(model, header, null, out script, out problem);

    /// <summary>The same with the words of a behaviour on top.</summary>
    public static bool TryParse(string model, string? header, string? behaviour, out Script script, [NotNullWhen(false)] out string? problem)
    {
        script = Script.Default;
        problem = null;
        if (model.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            problem = Apply(model, $"the model name '{model}'", ref script);
        }

        if (problem is null && !string.IsNullOrWhiteSpace(header))
        {
            problem = Apply(header, "the x-sim-script header", ref script);
        }

        if (problem is null && !string.IsNullOrWhiteSpace(behaviour))
        {
            problem = Apply(behaviour, "the behaviour", ref script);
        }

        problem ??= Settle(ref script);
        return problem is null;
    }

    private static string? Apply(string text, string place, ref Script script)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var rest = text.Trim();
        if (rest.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[Prefix.Length..];
        }

        foreach (var part in rest.Split(Separators, StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals];
            var value = equals < 0 ? null : part[(equals + 1)..];
            if (ScriptWords.Find(name) is not { } word)
            {
                return $"unknown word '{name}' in {place}; known words: {string.Join(", ", ScriptWords.All.Select(w => w.Usage))}";
            }

            if (word.Argument is null != value is null)
            {
                return $"the word '{part}' in {place} is written {word.Usage}";
            }

            if (word.Name != "header" && !seen.Add(word.Group ?? word.Name))
            {
                return $"the word '{part}' in {place} excludes one before it";
            }

            try
            {
                script = word.Apply(script, value ?? "");
            }
            catch (FormatException wrong)
            {
                return $"the word '{part}' in {place} {wrong.Message}";
            }
        }

        return null;
    }

    private static string? Settle(ref Script script)
    {
        if (script is { Down: not null, Status: null, Fault: FaultKind.None })
        {
            script = script with { Status = 503 };
        }

        if (script is { Words: not null, Events: not null })
        {
            return "words=N and events=N are two texts; take one";
        }

        if (script is { Status: not null, Fault: FaultKind.None })
        {
            script = script with { Fault = FaultKind.Status };
        }

        if (script is { Status: not null, Fault: not (FaultKind.Status or FaultKind.Html or FaultKind.Empty) })
        {
            return "the script has a status and another fault; only html and empty go with a status";
        }

        if (script is { Times: not null, Fault: FaultKind.None })
        {
            return "the script says how often its fault hits (once, times=N), but has no fault";
        }

        if (script is { Message: not null, Fault: not (FaultKind.Status or FaultKind.ErrorInSuccess or FaultKind.ErrorEvent) }
            or { Code: not null, Fault: not (FaultKind.Status or FaultKind.ErrorInSuccess or FaultKind.ErrorEvent) })
        {
            return "the script has a message or code, but no error (status=CODE, error-in-200, error-event=N) to carry it";
        }

        if (script.Gap > 0 && (script.Burst || script.Split is not null))
        {
            return "gap=MS needs a flush for each event; burst and split=N have none";
        }

        if (script is { Stamp: true, Split: not null })
        {
            return "stamp needs whole events; split=N cuts them";
        }

        return (long)(script.Events ?? 0) * script.Bytes > 64 << 20 ? "events=N times bytes=N is over 64 MB" : null;
    }
}
