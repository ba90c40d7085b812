using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Transformers;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;

namespace Ccr.ProxyService.Dispatch;

/// <summary>What the configuration makes of a call to one target, put together once.</summary>
internal sealed class TargetPlan
{
    private readonly Transformer[] _transformers;
    private readonly JsonObject?[] _extraBodies;

    /// <summary>Puts it together.</summary>
    public TargetPlan(RouteTarget target)
    {
        Target = target;
        Provider = ProviderDialect.Of(target.Provider.Protocol);
        var own = target.Provider.ModelSettings.GetValueOrDefault(target.Model);
        _transformers = [.. target.Provider.Transformers, .. own?.Transformers ?? []];
        _extraBodies = [target.Provider.ExtraBody, own?.ExtraBody];
        ModelHeaders = own?.ExtraHeaders;
        EditsRequest = Array.Exists(_transformers, static t => t.EditsRequest);
        EditsBody = Array.Exists(_transformers, static t => t.EditsBody);
        HasExtraBody = Array.Exists(_extraBodies, static b => b is { Count: > 0 });
        Acts = Array.Exists(_transformers, static t => t.Acts);
    }

    /// <summary>The target.</summary>
    public RouteTarget Target { get; }

    /// <summary>How its provider is spoken to.</summary>
    public ProviderDialect Provider { get; }

    /// <summary>Headers of this model; null for none.</summary>
    public IReadOnlyDictionary<string, string>? ModelHeaders { get; }

    /// <summary>True when a transformer changes the canonical request.</summary>
    public bool EditsRequest { get; }

    /// <summary>True when a transformer changes the finished body.</summary>
    public bool EditsBody { get; }

    /// <summary>True when members are set in the body.</summary>
    public bool HasExtraBody { get; }

    /// <summary>True when a request in the provider's own dialect cannot simply pass through.</summary>
    public bool Acts { get; }

    /// <summary>
    /// Whether the client's bytes can go as they are: the provider speaks its dialect, and nothing in the configuration wants to change what is said. A Gemini stream
    /// without alt=sse is one long JSON array, which is better written anew than watched.
    /// </summary>
    public bool PassesThrough(ProxyCall call) =>
        Target.Provider.Protocol == call.Client.Dialect && !Acts && !Target.Provider.IsVertex && !(call.Client.Dialect == Dialect.Gemini && GeminiClient.WantsArray(call));

    /// <summary>What is known of the target's likings.</summary>
    public TargetOptions Options(IReasoningMemory? memory)
    {
        var options = new TargetOptions(Target.Provider.Name, Target.Model) { Memory = memory, IsChatGptBackend = IsChatGpt(Target.Provider.BaseUrl) };
        foreach (var transformer in _transformers)
        {
            transformer.Configure(options);
        }

        return options;
    }

    /// <summary>The request as the transformers want it for this target.</summary>
    public CanonicalRequest Edit(CanonicalRequest request, TargetOptions options, LossReport loss)
    {
        if (!EditsRequest)
        {
            return request;
        }

        request = request.Copy();
        foreach (var transformer in _transformers)
        {
            if (transformer.EditsRequest)
            {
                transformer.Edit(request, options, loss);
            }
        }

        return request;
    }

    /// <summary>Changes a finished body in place; <paramref name="request"/> is null for a pass-through, which only gets what extra_body says.</summary>
    public void EditBody(JsonObject body, CanonicalRequest? request, TargetOptions options)
    {
        foreach (var transformer in _transformers)
        {
            if (request is not null && transformer.EditsBody)
            {
                transformer.EditBody(body, request, options);
            }
        }

        foreach (var extra in _extraBodies)
        {
            if (extra is not null)
            {
                BodyMerge.Set(body, extra);
            }
        }
    }

    /// <summary>What stands between the provider's decoder and the client: answers pass the transformers in the reverse order of requests.</summary>
    public IMessageSink Wrap(IMessageSink next, CanonicalRequest request, TargetOptions options)
    {
        foreach (var transformer in _transformers)
        {
            next = transformer.Wrap(next, request, options);
        }

        return next;
    }

    /// <summary>The Responses backend of ChatGPT, which refuses sampling and limits and only streams.</summary>
    private static bool IsChatGpt(Uri address) => address.AbsolutePath.Contains("/backend-api/codex/", StringComparison.OrdinalIgnoreCase);
}
