using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>
/// A named change that a configuration asks for: to what is known of the target, to the canonical request, to the finished body, or to the answer.
/// It acts on the canonical form, so it works alike for every client dialect, streaming and not. Instances are shared: no state of a request.
/// </summary>
public abstract class Transformer
{
    /// <summary>Says what the target likes; called first, for a fresh set of options.</summary>
    public virtual void Configure(TargetOptions target)
    {
    }

    /// <summary>True when <see cref="Edit"/> changes anything.</summary>
    public virtual bool EditsRequest => false;

    /// <summary>Changes the canonical request, which is a copy for this target.</summary>
    public virtual void Edit(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
    }

    /// <summary>True when <see cref="EditBody"/> changes anything.</summary>
    public virtual bool EditsBody => false;

    /// <summary>Changes the provider's body after it was encoded.</summary>
    public virtual void EditBody(JsonObject body, CanonicalRequest request, TargetOptions target)
    {
    }

    /// <summary>True when <see cref="Wrap"/> puts anything between.</summary>
    public virtual bool ChangesAnswer => false;

    /// <summary>The sink that stands between the provider's decoder and the client's encoder.</summary>
    public virtual IMessageSink Wrap(IMessageSink next, CanonicalRequest request, TargetOptions target) => next;

    /// <summary>True when a request in the provider's own dialect cannot simply pass through.</summary>
    public bool Acts => EditsRequest || EditsBody || ChangesAnswer;
}
