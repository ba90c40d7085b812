using System.Text.Json.Nodes;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Transformers;

namespace Ccr.Protocols.Repair;

/// <summary>Marks of cache breakpoints: too many, or where none is taken.</summary>
internal static class CacheRepair
{
    private const string Mark = "cache_control";
    private const int Most = 4;

    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent)
    {
        if (!text.HasName(Mark))
        {
            return null;
        }

        if (text.HasAny("maximum of 4 blocks", "at most 4"))
        {
            return new(RepairKind.CacheControl, "More than four cache breakpoints: the oldest are taken away.")
            {
                // The encoder counts for itself; the body as it was sent is what was refused.
                BodyEdit = static body => RemoveOldest(body),
            };
        }

        if (text.Has("ttl") && text.HasAny("must not come after", "Extra inputs", "not supported", "Input should be"))
        {
            return new(RepairKind.CacheControl, "The provider does not take the lifetime of cache breakpoints; it is left out.")
            {
                BodyEdit = static body => Visit(body, static mark => mark.Remove("ttl")),
            };
        }

        if (text.Has("scope") && text.HasAny("Extra inputs", "not supported", "Input should be"))
        {
            return new(RepairKind.CacheControl, "The provider does not take the scope of cache breakpoints; it is left out.")
            {
                BodyEdit = static body => Visit(body, static mark => mark.Remove("scope")),
            };
        }

        return text.HasAny("Extra inputs", "not permitted", "not supported", "unsupported", "does not support", "unknown", "unrecognized", "cannot be set", "not allowed")
            ? new(RepairKind.CacheControl, "The provider does not take cache breakpoints here; all are taken away.") { Change = RemoveAll, BodyEdit = static body => RemoveAll(body) }
            : null;
    }

    private static bool RemoveAll(CanonicalRequest request)
    {
        var changed = false;
        CanonicalEdits.ReplaceBlocks(request, block =>
        {
            changed |= block.CacheControl.IsPresent;
            return block.CacheControl.IsPresent ? block with { CacheControl = default, Original = default } : block;
        });
        for (var i = 0; i < request.Tools.Count; i++)
        {
            if (request.Tools[i].CacheControl.IsPresent)
            {
                changed = true;
                request.Tools[i] = request.Tools[i] with { CacheControl = default };
            }
        }

        return changed | (request.Extensions.RemoveAll(extension => extension.Key == Mark) > 0);
    }

    /// <summary>In the order of the prompt: tools, instructions, conversation; the newest marks cover the longest prefix.</summary>
    private static void RemoveOldest(JsonObject body)
    {
        var holders = new List<JsonObject>();
        Collect(body["tools"], holders);
        Collect(body["system"], holders);
        Collect(body["messages"], holders);
        var most = body.ContainsKey(Mark) ? Most - 1 : Most;
        for (var i = 0; i < holders.Count - most; i++)
        {
            holders[i].Remove(Mark);
        }
    }

    private static void RemoveAll(JsonObject body)
    {
        var holders = new List<JsonObject>();
        Collect(body["tools"], holders);
        Collect(body["system"], holders);
        Collect(body["messages"], holders);
        body.Remove(Mark);
        foreach (var holder in holders)
        {
            holder.Remove(Mark);
        }
    }

    private static void Visit(JsonObject body, Action<JsonObject> change)
    {
        var holders = new List<JsonObject> { body };
        Collect(body["tools"], holders);
        Collect(body["system"], holders);
        Collect(body["messages"], holders);
        foreach (var holder in holders)
        {
            if (holder[Mark] is JsonObject mark)
            {
                change(mark);
            }
        }
    }

    /// <summary>Marks stand beside content only: arguments and schemas of tools may have members of that name that are none.</summary>
    private static void Collect(JsonNode? node, List<JsonObject> holders)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var item in list)
                {
                    Collect(item, holders);
                }

                break;
            case JsonObject element:
                Collect(element["content"], holders);
                if (element.ContainsKey(Mark))
                {
                    holders.Add(element);
                }

                break;
        }
    }
}
