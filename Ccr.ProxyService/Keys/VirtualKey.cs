using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Keys;

/// <summary>A virtual key as it is stored. The key itself is not in it: only its digest and, to recognise it by, its last four characters.</summary>
internal sealed record VirtualKey
{
    private KeyCaller? _caller;

    /// <summary>"key_" and ten characters; stays the same when the key is rotated.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it; unique without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>The SHA-256 of the key, 64 hexadecimal digits.</summary>
    public required string Digest { get; init; }

    /// <summary>The key's last four characters.</summary>
    public required string Last4 { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was rotated last, UTC; null when never.</summary>
    public DateTimeOffset? Rotated { get; init; }

    /// <summary>From when on it is refused, UTC; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>True when it is refused for now.</summary>
    public bool Disabled { get; init; }

    /// <summary>Whose it is, in the owner's words; null when nobody said.</summary>
    public string? Team { get; init; }

    /// <summary>What it may be used for (<see cref="ModelPatterns"/>); empty for everything.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Requests in any 60 seconds; null for no limit.</summary>
    public int? Rpm { get; init; }

    /// <summary>Tokens in any 60 seconds, input and output; null for no limit.</summary>
    public long? Tpm { get; init; }

    /// <summary>Requests under way at once; null for no limit.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>Dollars for a day, UTC; null for no limit.</summary>
    public decimal? BudgetDay { get; init; }

    /// <summary>Dollars for a calendar month, UTC; null for no limit.</summary>
    public decimal? BudgetMonth { get; init; }

    /// <summary>True when money is limited.</summary>
    [JsonIgnore]
    public bool HasBudget => BudgetDay is not null || BudgetMonth is not null;

    /// <summary>True when a request has to be let in first; without, it is only entered into the books when it is over.</summary>
    [JsonIgnore]
    public bool HasLimits => HasBudget || Rpm is not null || Tpm is not null || MaxConcurrent is not null;

    /// <summary>Who calls with it: one object for all requests.</summary>
    [JsonIgnore]
    public KeyCaller Caller => _caller ??= new(Id, this);

    /// <summary>Id and name only, so that the digest reaches no log.</summary>
    public override string ToString() => $"{Id} ({Name})";
}
