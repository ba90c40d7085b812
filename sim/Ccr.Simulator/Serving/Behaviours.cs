using System.Text.Json;
using Ccr.Simulator.Dialects;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Serving;

/// <summary>
/// What named scripts do besides: <c>PUT /sim/behaviour/NAME</c> lays a script on top of every script with <c>name=NAME</c>, always or with a
/// probability, until another PUT. So a provider can be made to fail, and healed, while requests go on.
/// </summary>
/// <param name="seed">Seed of the dice.</param>
internal sealed class Behaviours(int seed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Behaviour> _byName = new(StringComparer.Ordinal);

    // Reproducible dice are the point; nothing secret hangs on them.
#pragma warning disable CA5394
    private readonly Random _dice = new(seed);

    /// <summary>The script that acts on this request of that name; null: none does.</summary>
    public string? Roll(string name)
    {
        lock (_gate)
        {
            return _byName.TryGetValue(name, out var behaviour) && _dice.NextDouble() < behaviour.Probability ? behaviour.Script : null;
        }
    }
#pragma warning restore CA5394

    /// <summary>Takes <c>{"script": "status=503", "probability": 0.5}</c> in; an empty script ends the behaviour. Returns what is wrong with it; null: nothing.</summary>
    public string? Set(string name, JsonElement wanted)
    {
        if (wanted.GetText("script") is not { } script)
        {
            return "script: a string is required; empty ends the behaviour";
        }

        var probability = wanted.Get("probability") switch
        {
            { ValueKind: JsonValueKind.Undefined } => 1,
            { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
            _ => -1,
        };
        if (probability is < 0 or > 1)
        {
            return "probability: a number from 0 to 1 is required";
        }

        if (script.Length > 0 && !ScriptParser.TryParse("", null, script, out _, out var problem))
        {
            return problem;
        }

        lock (_gate)
        {
            if (script.Length == 0)
            {
                _byName.Remove(name);
            }
            else
            {
                _byName[name] = new Behaviour(script, probability);
            }
        }

        return null;
    }

    private sealed record Behaviour(string Script, double Probability);
}
