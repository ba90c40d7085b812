using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>A request in neutral terms. Its texts are slices of the client's body, which must live as long as this does.</summary>
public sealed class CanonicalRequest
{
    /// <summary>The dialect it came in; names the fields in loss reports.</summary>
    public Dialect Dialect { get; internal set; }

    /// <summary>The model the client asked for.</summary>
    public EscapedText Model { get; internal set; }

    /// <summary>True when the client wants a stream.</summary>
    public bool Stream { get; internal set; }

    /// <summary>True when a Chat client asked for the usage chunk of a stream.</summary>
    public bool IncludeUsage { get; internal set; }

    /// <summary>The most output tokens wanted; null when not said.</summary>
    public long? MaxTokens { get; internal set; }

    /// <summary>The instructions at the head.</summary>
    public List<ContentBlock> System { get; } = [];

    /// <summary>The conversation.</summary>
    public List<CanonicalMessage> Messages { get; } = [];

    /// <summary>The tools declared; no name twice.</summary>
    public List<ToolDefinition> Tools { get; } = [];

    /// <summary>Whether a tool must be called.</summary>
    public ToolChoice ToolChoice { get; internal set; }

    /// <summary>The tool for <see cref="ToolChoice.Named"/>.</summary>
    public EscapedText ToolChoiceName { get; internal set; }

    /// <summary>When not empty, only these of the declared tools may be called.</summary>
    public List<EscapedText> AllowedTools { get; } = [];

    /// <summary>True when at most one call at a time is wanted.</summary>
    public bool DisableParallelTools { get; internal set; }

    /// <summary>Sampling temperature, as spelt.</summary>
    public RawJson Temperature { get; internal set; }

    /// <summary>Nucleus sampling, as spelt.</summary>
    public RawJson TopP { get; internal set; }

    /// <summary>Top-k sampling, as spelt.</summary>
    public RawJson TopK { get; internal set; }

    /// <summary>The seed of sampling, as spelt.</summary>
    public RawJson Seed { get; internal set; }

    /// <summary>Presence penalty, as spelt.</summary>
    public RawJson PresencePenalty { get; internal set; }

    /// <summary>Frequency penalty, as spelt.</summary>
    public RawJson FrequencyPenalty { get; internal set; }

    /// <summary>Texts at which to stop.</summary>
    public List<EscapedText> StopSequences { get; } = [];

    /// <summary>Whether to reason.</summary>
    public ThinkingMode Thinking { get; internal set; }

    /// <summary>The reasoning budget in tokens for <see cref="ThinkingMode.Enabled"/>.</summary>
    public long? ThinkingBudget { get; internal set; }

    /// <summary>How an Anthropic client wants to see the reasoning (summarized, omitted); empty when not said.</summary>
    public EscapedText ThinkingDisplay { get; internal set; }

    /// <summary>The effort word (minimal, low, medium, high, xhigh, max); empty when not said.</summary>
    public EscapedText Effort { get; internal set; }

    /// <summary>How wordy the answer shall be (low, medium, high); empty when not said.</summary>
    public EscapedText Verbosity { get; internal set; }

    /// <summary>The form of the answer.</summary>
    public OutputFormat OutputFormat { get; internal set; }

    /// <summary>JSON Schema that the answer must fit, for <see cref="OutputFormat.JsonSchema"/>.</summary>
    public RawJson OutputSchema { get; internal set; }

    /// <summary>The schema's name; empty when not said.</summary>
    public EscapedText OutputSchemaName { get; internal set; }

    /// <summary>Whether the schema is to be kept strictly, as spelt; absent when not said.</summary>
    public RawJson OutputSchemaStrict { get; internal set; }

    /// <summary>Who the end user is, for the provider's abuse detection.</summary>
    public EscapedText UserId { get; internal set; }

    /// <summary>What requests share a prompt cache.</summary>
    public EscapedText PromptCacheKey { get; internal set; }

    /// <summary>The service tier, in the client's own words.</summary>
    public EscapedText ServiceTier { get; internal set; }

    /// <summary>Fields that only the client's own dialect knows: name and value. An encoder of that dialect writes them as they were.</summary>
    public List<KeyValuePair<string, RawJson>> Extensions { get; } = [];

    /// <summary>The declared tool of that name; null when there is none.</summary>
    public ToolDefinition? FindTool(ReadOnlySpan<byte> escapedName)
    {
        foreach (var tool in Tools)
        {
            if (tool.Name.Span.SequenceEqual(escapedName))
            {
                return tool;
            }
        }

        return null;
    }

    /// <summary>Whether a tool may be called at all: true unless <see cref="AllowedTools"/> names others only.</summary>
    public bool IsAllowed(ReadOnlySpan<byte> escapedName)
    {
        foreach (var allowed in AllowedTools)
        {
            if (allowed.Span.SequenceEqual(escapedName))
            {
                return true;
            }
        }

        return AllowedTools.Count == 0;
    }

    /// <summary>A copy that asks for a whole answer.</summary>
    public CanonicalRequest Whole()
    {
        var copy = Copy();
        copy.Stream = false;
        return copy;
    }

    /// <summary>A copy whose lists are its own, for changes that concern one target only. The texts are shared.</summary>
    public CanonicalRequest Copy()
    {
        var copy = new CanonicalRequest
        {
            Dialect = Dialect,
            Model = Model,
            Stream = Stream,
            IncludeUsage = IncludeUsage,
            MaxTokens = MaxTokens,
            ToolChoice = ToolChoice,
            ToolChoiceName = ToolChoiceName,
            DisableParallelTools = DisableParallelTools,
            Temperature = Temperature,
            TopP = TopP,
            TopK = TopK,
            Seed = Seed,
            PresencePenalty = PresencePenalty,
            FrequencyPenalty = FrequencyPenalty,
            Thinking = Thinking,
            ThinkingBudget = ThinkingBudget,
            ThinkingDisplay = ThinkingDisplay,
            Effort = Effort,
            Verbosity = Verbosity,
            OutputFormat = OutputFormat,
            OutputSchema = OutputSchema,
            OutputSchemaName = OutputSchemaName,
            OutputSchemaStrict = OutputSchemaStrict,
            UserId = UserId,
            PromptCacheKey = PromptCacheKey,
            ServiceTier = ServiceTier,
        };
        copy.System.AddRange(System);
        copy.Messages.AddRange(Messages);
        copy.Tools.AddRange(Tools);
        copy.AllowedTools.AddRange(AllowedTools);
        copy.StopSequences.AddRange(StopSequences);
        copy.Extensions.AddRange(Extensions);
        return copy;
    }
}
