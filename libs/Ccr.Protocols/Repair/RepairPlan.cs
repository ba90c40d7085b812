using System.Text.Json.Nodes;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Repair;

/// <summary>
/// How a refused request is to be changed before it is sent once more to the same target.
/// A body that was passed through as the client wrote it is changed by <see cref="Edit"/> where <see cref="CanEdit"/> says so; else, and for every
/// translated request, the body is encoded again from <see cref="Apply"/> for options changed by <see cref="Adjust"/>, and <see cref="Edit"/> comes last,
/// after transformers.
/// </summary>
public sealed class RepairPlan
{
    internal RepairPlan(RepairKind kind, string description)
    {
        Kind = kind;
        Description = description;
    }

    /// <summary>What kind of change it is.</summary>
    public RepairKind Kind { get; }

    /// <summary>The kind's stable word, for records and metrics.</summary>
    public string Word => RepairTable.Row(Kind).Word;

    /// <summary>What is changed and why, in a sentence for the record; it holds no words of the conversation.</summary>
    public string Description { get; }

    /// <summary>Names to be taken out of the anthropic-beta header; "*" stands for all.</summary>
    public IReadOnlyList<string> DropHeaderValues { get; internal init; } = [];

    /// <summary>True when <see cref="Edit"/> makes the whole change in a body of the provider's dialect.</summary>
    public bool CanEdit => BodyEdit is not null;

    /// <summary>Changes a copy and tells whether anything changed.</summary>
    internal Func<CanonicalRequest, bool>? Change { get; init; }

    /// <summary>Changes what is known of the target.</summary>
    internal Action<TargetOptions>? OptionsChange { get; init; }

    /// <summary>Changes a body.</summary>
    internal Action<JsonObject>? BodyEdit { get; init; }

    /// <summary>True when encoding the request again is the repair.</summary>
    internal bool IsReencoding { get; init; }

    /// <summary>The request with the change made in a copy; the original stays as it is.</summary>
    public CanonicalRequest Apply(CanonicalRequest request)
    {
        var copy = request.Copy();
        Change?.Invoke(copy);
        return copy;
    }

    /// <summary>Changes what the encoder is told of the target.</summary>
    public void Adjust(TargetOptions options) => OptionsChange?.Invoke(options);

    /// <summary>Changes a finished body of the provider's dialect in place; nothing where <see cref="CanEdit"/> is false.</summary>
    public void Edit(JsonObject body) => BodyEdit?.Invoke(body);
}
