using Ccr.Protocols.Canonical;

namespace Ccr.Protocols.Requests;

/// <summary>Whom a request is encoded for, and what is known of their likings.</summary>
public sealed class TargetOptions
{
    /// <summary>Options for a model, with what the table knows of it.</summary>
    public TargetOptions(string provider, string model)
    {
        Provider = provider;
        Model = model;
        Rules = ModelRules.For(model);
    }

    /// <summary>The provider's name in the configuration.</summary>
    public string Provider { get; }

    /// <summary>The model as the provider spells it.</summary>
    public string Model { get; }

    /// <summary>What the model takes.</summary>
    public ModelRules Rules { get; set; }

    /// <summary>What earlier answers left behind; null when nothing is remembered.</summary>
    public IReasoningMemory? Memory { get; set; }

    /// <summary>How a Chat server wants reasoning to be asked for; by default as <see cref="Rules"/> say.</summary>
    public ReasoningStyle Reasoning { get; set; }

    /// <summary>How a Chat server wants the reasoning of earlier turns back; by default as <see cref="Rules"/> say.</summary>
    public ReasoningReplay Replay { get; set; }

    /// <summary>True for Gemini behind Vertex AI, which refuses ids on calls.</summary>
    public bool IsVertex { get; set; }

    /// <summary>True for Anthropic behind Vertex AI: the model stands in the address and anthropic_version in the body.</summary>
    public string? VertexAnthropicVersion { get; set; }

    /// <summary>True when cache_control marks stay on a Chat request (Claude behind OpenRouter).</summary>
    public bool KeepCacheControl { get; set; }

    /// <summary>True for the Responses backend of ChatGPT, which refuses sampling and limits.</summary>
    public bool IsChatGptBackend { get; set; }

    /// <summary>True when a transformer asks for the web search in another way (OpenRouter's plugins).</summary>
    public bool WebSearchIsElsewhere { get; set; }
}
