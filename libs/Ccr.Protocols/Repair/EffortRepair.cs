using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Repair;

/// <summary>An effort word that the model does not know, where the provider names those it does.</summary>
internal static partial class EffortRepair
{
    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent)
    {
        if (!text.Has("effort") || Named().Match(text.Message) is not { Success: true } named)
        {
            return null;
        }

        var taken = EffortLevels.Unknown;
        foreach (Match word in Word().Matches(text.Message[(named.Index + named.Length)..]))
        {
            taken |= Efforts.Parse(Encoding.ASCII.GetBytes(word.Value.ToLowerInvariant()));
        }

        return taken == EffortLevels.Unknown ? null : new(RepairKind.Effort, "The model does not know the effort that was asked for; it gets the nearest that it knows.")
        {
            Change = request => Clamp(request, taken),
            OptionsChange = options => options.Rules = options.Rules with { Effort = taken },
            BodyEdit = body =>
            {
                Clamp(body, "reasoning_effort", taken);
                Clamp(body["reasoning"] as JsonObject, "effort", taken);
                Clamp(body["output_config"] as JsonObject, "effort", taken);
            },
        };
    }

    private static bool Clamp(CanonicalRequest request, EffortLevels taken)
    {
        var wanted = Efforts.Parse(request.Effort.Span);
        if (wanted == EffortLevels.Unknown || taken.HasFlag(wanted))
        {
            return false;
        }

        request.Effort = new EscapedText(Efforts.Word(Efforts.Clamp(wanted, taken)).ToArray());
        return true;
    }

    private static void Clamp(JsonObject? holder, string name, EffortLevels taken)
    {
        if (holder is not null && BodyFields.Text(holder[name]) is { } word && Efforts.Parse(Encoding.UTF8.GetBytes(word)) is var wanted and not EffortLevels.Unknown)
        {
            holder[name] = Encoding.ASCII.GetString(Efforts.Word(Efforts.Clamp(wanted, taken)));
        }
    }

    [GeneratedRegex("supported values are|supported values:|expected one of|must be one of|should be one of|input should be", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();

    [GeneratedRegex(@"\b(?:none|minimal|low|medium|high|xhigh|max)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
