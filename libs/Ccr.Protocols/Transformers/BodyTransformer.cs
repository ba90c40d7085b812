using System.Text.Json.Nodes;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>Fields that one kind of server wants in the body, and how it spells its thinking.</summary>
internal sealed class BodyTransformer(Action<JsonObject, CanonicalRequest, TargetOptions> edit) : Transformer
{
    /// <summary>What the target likes; nothing by default.</summary>
    public Action<TargetOptions>? Likes { get; init; }

    /// <summary>Tags in the text that hold thinking; none by default.</summary>
    public IReadOnlyList<(string Open, string Close)> ThinkTags { get; init; } = [];

    /// <inheritdoc/>
    public override bool EditsBody => true;

    /// <inheritdoc/>
    public override bool ChangesAnswer => ThinkTags.Count > 0;

    /// <inheritdoc/>
    public override void Configure(TargetOptions target) => Likes?.Invoke(target);

    /// <inheritdoc/>
    public override void EditBody(JsonObject body, CanonicalRequest request, TargetOptions target) => edit(body, request, target);

    /// <inheritdoc/>
    public override Canonical.IMessageSink Wrap(Canonical.IMessageSink next, CanonicalRequest request, TargetOptions target) => ThinkTagTransformer.Wrap(next, ThinkTags);
}
