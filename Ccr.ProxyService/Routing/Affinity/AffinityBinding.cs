using System.Globalization;

namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>Where a session was served last.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Key">The name of the provider's key; null when not known.</param>
/// <param name="ServedAt">When, in Unix milliseconds, so that replicas understand one another.</param>
internal sealed record AffinityBinding(string Target, string? Key, long ServedAt)
{
    /// <summary>The target that it was with before; null when it has not moved.</summary>
    public string? MovedFrom { get; init; }

    /// <summary>Why it moved: a word for the failure, "cold", "refused", ….</summary>
    public string? MovedBecause { get; init; }

    /// <summary>When it was last given to the other replicas, in Unix milliseconds; 0 for never.</summary>
    public long SharedAt { get; init; }

    /// <summary>What goes into Redis: time, key and target, a line each.</summary>
    public string Encode() => string.Create(CultureInfo.InvariantCulture, $"{ServedAt}\n{Key}\n{Target}");

    /// <summary>Reads back what <see cref="Encode"/> wrote; null for anything else.</summary>
    public static AffinityBinding? Decode(string? text)
    {
        var parts = text?.Split('\n', 3);
        return parts is [var served, var key, { Length: > 0 } target] && long.TryParse(served, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? new(target, key.Length == 0 ? null : key, at) { SharedAt = at }
            : null;
    }
}
