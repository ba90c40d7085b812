using System.Text.Json.Nodes;

namespace Ccr.Protocols.Transformers;

/// <summary>Merges settings of a configuration into a body.</summary>
public static class BodyMerge
{
    /// <summary>Sets every member; objects are merged, anything else is replaced.</summary>
    public static void Set(JsonObject body, JsonObject settings)
    {
        foreach (var (name, value) in settings)
        {
            if (value is JsonObject inner && body[name] is JsonObject existing)
            {
                Set(existing, inner);
            }
            else
            {
                body[name] = value?.DeepClone();
            }
        }
    }

    /// <summary>Adds what is missing: a value that the body has stays, objects are merged with the settings winning inside, as the Node router does.</summary>
    public static void Add(JsonObject body, JsonObject settings)
    {
        foreach (var (name, value) in settings)
        {
            if (value is JsonObject inner && body[name] is JsonObject existing)
            {
                Set(existing, inner);
            }
            else if (!body.ContainsKey(name))
            {
                body[name] = value?.DeepClone();
            }
        }
    }
}
