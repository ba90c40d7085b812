using System.Globalization;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>Every transformer there is: the one list that the configuration, docs/translation.md and their tests go by.</summary>
public static class TransformerCatalog
{
    private const long DeepSeekMost = 8192;
    private const long RustMost = 65_536;

    private static readonly TransformerOption[] VertexOptions =
    [
        new("project", "text", "in api_base_url"),
        new("location", "text", "in api_base_url"),
    ];

    /// <summary>All entries, sorted by name.</summary>
    public static IReadOnlyList<TransformerEntry> Entries { get; } =
    [
        Protocol("anthropic", "The provider speaks Anthropic Messages.", Dialect.Anthropic),
        Nothing("anthropic-to-openai", "Nothing: translation needs no naming here."),
        Body("cerebras", "Sends disable_reasoning in place of the usual reasoning fields.", new BodyTransformer(static (body, request, _) =>
        {
            if (Efforts.Wanted(request) is var wanted && wanted != EffortLevels.Unknown)
            {
                body["disable_reasoning"] = wanted == EffortLevels.None;
            }
        }) { Likes = static target => target.Reasoning = ReasoningStyle.Never }),
        new("cleancache", "Takes all cache_control marks out.", static _ => new CleanCacheTransformer()),
        new("customparams", "Adds its options to the body; what the body has already stays, objects are merged.", static options => new CustomParamsTransformer(options)) { TakesAnyOption = true },
        new("deepseek", "Caps max_tokens, asks for thinking in DeepSeek's words, gives reasoning back on turns with calls.", static options => new DeepSeekTransformer(Number(options, "max_tokens") ?? DeepSeekMost))
        {
            Options = [new("max_tokens", "number", "8192")],
        },
        new("enhancetool", "Collects a call's arguments and repairs them when they are no JSON.", static _ => new AnswerTransformer(static next => new EnhanceToolSink(next))),
        ThinkTag("extrathinktag", "Text in <think>, <thinking> or <reasoning> at the beginning of an answer becomes thinking.", ThinkTagTransformer.Common),
        new("forcereasoning", "Asks a model without thinking of its own to think in a tag first, which becomes thinking.", static _ => new ForceReasoningTransformer()),
        Protocol("gemini", "The provider speaks Gemini generateContent.", Dialect.Gemini),
        Body("glm", "Asks for thinking in GLM's words (reasoning_effort medium for glm-5); <think> in text becomes thinking.", Glm()),
        new("groq", "Nothing more than what Groq's models are known to take.", static _ => new IdentityTransformer()),
        Nothing("identity", "Nothing."),
        ThinkTag("kimi", "Text in ◁think▷ … ◁/think▷ at the beginning of an answer becomes thinking.", ("◁think▷", "◁/think▷")),
        new("longcat-thinking", "Leaves thinking without a signature out; it becomes the answer when there is nothing else.", static _ => new AnswerTransformer(static next => new ThinkingAsTextSink(next))),
        new("maxcompletiontokens", "Says max_completion_tokens for max_tokens.", static _ => new TargetTransformer(static target => target.Rules = target.Rules with { UsesMaxCompletionTokens = true })),
        new("maxtoken", "Caps max_tokens, and sets it where the client says nothing.", static options => new MaxTokenTransformer(Number(options, "max_tokens") ?? RustMost))
        {
            Options = [new("max_tokens", "number", "65536")],
        },
        Body("minimax", "Sends reasoning_split (M2) or thinking adaptive (M3); <think> in text becomes thinking.", new BodyTransformer(static (body, _, target) =>
        {
            var isThird = target.Model.Contains("M3", StringComparison.OrdinalIgnoreCase);
            var isSecond = target.Model.Contains("M2", StringComparison.OrdinalIgnoreCase);
            if (!isSecond)
            {
                body["thinking"] = new JsonObject { ["type"] = "adaptive" };
            }

            if (!isThird)
            {
                body["reasoning_split"] = true;
            }
        }) { ThinkTags = [("<think>", "</think>")] }),
        ThinkTag("moonshot", "The same as kimi.", ("◁think▷", "◁/think▷")),
        Protocol("openai", "The provider speaks Chat Completions.", Dialect.OpenAIChat),
        Protocol("openai-responses", "The provider speaks OpenAI Responses.", Dialect.OpenAIResponses),
        Nothing("openai-to-anthropic", "Nothing: translation needs no naming here."),
        new("openrouter", "Reasoning in OpenRouter's words, cache_control kept for Claude, web search as a plugin; its options go into the body (provider, models …).", static options => new AggregatorTransformer(options, hasWebPlugin: true)) { TakesAnyOption = true },
        Nothing("output_compress", "Nothing, as in the Rust router."),
        Body("qwen", "Sends enable_thinking and thinking_budget; <think> in text becomes thinking.", new BodyTransformer(static (body, request, _) =>
        {
            if (Efforts.Wanted(request) is var wanted && wanted != EffortLevels.Unknown)
            {
                body["enable_thinking"] = wanted != EffortLevels.None;
                if (wanted != EffortLevels.None && request.ThinkingBudget is { } budget)
                {
                    body["thinking_budget"] = budget;
                }
            }
        }) { Likes = static target => target.Reasoning = ReasoningStyle.Never, ThinkTags = [("<think>", "</think>")] }),
        new("reasoning", "Sends thinking and enable_thinking; with enable false thinking is off whatever the client asks.", static options => new ReasoningTransformer(options["enable"]?.GetValue<bool>() ?? true))
        {
            Options = [new("enable", "true or false", "true")],
        },
        new("sampling", "Sets temperature, top_p, top_k and repetition_penalty; caps max_tokens.", static options => new SamplingTransformer(options))
        {
            Options = [new("max_tokens", "number", "none"), new("temperature", "number", "none"), new("top_p", "number", "none"), new("top_k", "number", "none"), new("repetition_penalty", "number", "none")],
        },
        Nothing("streamoptions", "Nothing: usage is always asked for on streams."),
        ThinkTag("thinktag", "The same as extrathinktag.", ThinkTagTransformer.Common),
        new("toolcompress", "Shortens tool declarations.", static options => options["level"]?.GetValue<string>() is { } level && level != "low" ? new ToolCompressTransformer(level == "high") : new IdentityTransformer())
        {
            Options = [new("level", "low|medium|high", "low")],
        },
        new("tooluse", "Makes the model call a tool; a tool of the router's own is its way to answer in words.", static _ => new ToolUseTransformer()),
        new("vercel", "As openrouter, without the web search plugin.", static options => new AggregatorTransformer(options, hasWebPlugin: false)) { TakesAnyOption = true },
        new("vertex-claude", "The provider is Claude on Vertex AI: rawPredict addresses, anthropic_version in the body, the key as a Bearer token.", static _ => new TargetTransformer(static target => target.VertexAnthropicVersion = "vertex-2023-10-16"))
        {
            Protocol = Dialect.Anthropic,
            Options = VertexOptions,
        },
        new("vertex-gemini", "The provider is Gemini on Vertex AI: its addresses, no ids on calls, the key as a Bearer token.", static _ => new TargetTransformer(static target => target.IsVertex = true))
        {
            Protocol = Dialect.Gemini,
            Options = VertexOptions,
        },
        Protocol("vertex-openai", "The provider speaks Chat Completions (Vertex AI's endpoint for it).", Dialect.OpenAIChat),
        Body("zai", "The same as glm.", Glm()),
    ];

    /// <summary>The entry of a name in any letter case; null when there is none.</summary>
    public static TransformerEntry? Find(string name)
    {
        foreach (var entry in Entries)
        {
            if (entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return entry;
            }
        }

        return null;
    }

    private static TransformerEntry Nothing(string name, string effect) => new(name, effect, static _ => new IdentityTransformer());

    private static TransformerEntry Protocol(string name, string effect, Dialect dialect) => new(name, effect, static _ => new IdentityTransformer()) { Protocol = dialect };

    private static TransformerEntry Body(string name, string effect, BodyTransformer transformer) => new(name, effect, _ => transformer);

    private static TransformerEntry ThinkTag(string name, string effect, params (string Open, string Close)[] tags) => new(name, effect, _ => new ThinkTagTransformer(tags));

    private static BodyTransformer Glm() => new(static (body, request, target) =>
    {
        if (target.Model.Contains("glm-5", StringComparison.OrdinalIgnoreCase) && Efforts.Wanted(request) != EffortLevels.None && !body.ContainsKey("reasoning_effort"))
        {
            body["reasoning_effort"] = "medium";
        }
    })
    {
        Likes = static target => target.Reasoning = ReasoningStyle.ThinkingObject,
        ThinkTags = [("<think>", "</think>")],
    };

    /// <summary>A number among options, whatever .NET type it has in the node.</summary>
    internal static long? Number(JsonObject options, string name) =>
        options[name] is { } node && double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? (long)number : null;
}
