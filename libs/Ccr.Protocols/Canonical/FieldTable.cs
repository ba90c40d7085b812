namespace Ccr.Protocols.Canonical;

/// <summary>The names of every field in every dialect: the one list that loss reports and docs/translation.md are made from.</summary>
public static class FieldTable
{
    /// <summary>All rows, in the order of <see cref="RequestField"/>.</summary>
    public static IReadOnlyList<FieldRow> Rows { get; } =
    [
        new(RequestField.Model, "model", "model", "model", "the address", ""),
        new(RequestField.System, "system", "messages[] (system, developer)", "instructions, input[] (developer)", "systemInstruction", ""),
        new(RequestField.SystemInMiddle, "messages[] (system)", "messages[] (system, developer)", "input[] (developer)", null, "Said as text of the user's turn."),
        new(RequestField.MaxTokens, "max_tokens", "max_tokens, max_completion_tokens", "max_output_tokens", "generationConfig.maxOutputTokens", ""),
        new(RequestField.Temperature, "temperature", "temperature", "temperature", "generationConfig.temperature", ""),
        new(RequestField.TopP, "top_p", "top_p", "top_p", "generationConfig.topP", ""),
        new(RequestField.TopK, "top_k", null, null, "generationConfig.topK", "Dropped."),
        new(RequestField.Seed, null, "seed", null, "generationConfig.seed", "Dropped."),
        new(RequestField.PresencePenalty, null, "presence_penalty", null, "generationConfig.presencePenalty", "Dropped."),
        new(RequestField.FrequencyPenalty, null, "frequency_penalty", null, "generationConfig.frequencyPenalty", "Dropped."),
        new(RequestField.StopSequences, "stop_sequences", "stop", null, "generationConfig.stopSequences", "The router itself ends the answer at the first of them."),
        new(RequestField.Tools, "tools[]", "tools[]", "tools[]", "tools[].functionDeclarations", ""),
        new(RequestField.ToolStrict, "tools[].strict", "tools[].function.strict", "tools[].strict", null, "Dropped."),
        new(RequestField.WebSearch, "tools[] (web_search)", "web_search_options", "tools[] (web_search)", "tools[].googleSearch", "Dropped; never sent as a function."),
        new(RequestField.ServerTools, "tools[] (provider's own)", null, "tools[] (provider's own)", "tools[] (provider's own)", "Dropped; never sent as a function."),
        new(RequestField.ToolChoice, "tool_choice", "tool_choice", "tool_choice", "toolConfig.functionCallingConfig", ""),
        new(RequestField.AllowedTools, null, "tool_choice.allowed_tools", "tool_choice (allowed_tools)", "toolConfig.functionCallingConfig.allowedFunctionNames", "Only the allowed tools are declared."),
        new(RequestField.ParallelTools, "tool_choice.disable_parallel_tool_use", "parallel_tool_calls", "parallel_tool_calls", null, "Dropped."),
        new(RequestField.Thinking, "thinking", "reasoning_effort", "reasoning", "generationConfig.thinkingConfig", ""),
        new(RequestField.Effort, "output_config.effort", "reasoning_effort", "reasoning.effort", "generationConfig.thinkingConfig.thinkingLevel", ""),
        new(RequestField.Verbosity, null, "verbosity", "text.verbosity", null, "Dropped."),
        new(RequestField.OutputFormat, "output_config.format", "response_format", "text.format", "generationConfig.responseJsonSchema", ""),
        new(RequestField.UserId, "metadata.user_id", "safety_identifier, user", "safety_identifier, user", null, "Dropped."),
        new(RequestField.PromptCacheKey, null, "prompt_cache_key", "prompt_cache_key", null, "Dropped."),
        new(RequestField.ServiceTier, "service_tier", "service_tier", "service_tier", null, "Dropped."),
        new(RequestField.CacheControl, "cache_control", null, null, null, "Dropped: the provider caches by itself."),
        new(RequestField.ThinkingBlocks, "messages[].content[] (thinking)", "messages[].reasoning_content, reasoning_details", "input[] (reasoning)", "contents[].parts[] (thought)", "Kept only for the provider that made them, and for servers that want the words back."),
        new(RequestField.RedactedThinking, "messages[].content[] (redacted_thinking)", "messages[].reasoning_details", "input[] (reasoning).encrypted_content", "contents[].parts[].thoughtSignature", "Kept only for the provider that made them."),
        new(RequestField.Images, "messages[].content[] (image)", "messages[].content[] (image_url)", "input[].content[] (input_image)", "contents[].parts[].inlineData", ""),
        new(RequestField.Documents, "messages[].content[] (document)", "messages[].content[] (file)", "input[].content[] (input_file)", "contents[].parts[].inlineData", ""),
        new(RequestField.Media, null, "messages[].content[] (input_audio)", null, "contents[].parts[].inlineData", "The request is refused: nothing could stand for it."),
        new(RequestField.ToolResultError, "messages[].content[] (tool_result).is_error", null, null, "contents[].parts[].functionResponse.response.error", "The result's text begins with \"Error: \"."),
        new(RequestField.ToolResultMedia, "messages[].content[] (tool_result).content[]", null, "input[] (function_call_output).output[]", "contents[].parts[].functionResponse.parts", "Sent in a user message after the results."),
        new(RequestField.OpaqueBlocks, "blocks of its own", "parts of its own", "items of its own", "parts of its own", "Dropped."),
        new(RequestField.Prefill, "messages[] (assistant, last)", "messages[] (assistant, last)", null, "contents[] (model, last)", "Sent as an ordinary turn."),
    ];

    /// <summary>The row of a field.</summary>
    public static FieldRow Row(RequestField field) => Rows[(int)field];

    /// <summary>The field's name where it came from; its own word when that dialect has none.</summary>
    public static string Name(RequestField field, Dialect source) => Row(field).In(source) ?? field.ToString();

    /// <summary>What a dialect is called.</summary>
    public static string Title(Dialect dialect) => dialect switch
    {
        Dialect.Anthropic => "Anthropic Messages",
        Dialect.OpenAIChat => "Chat Completions",
        Dialect.OpenAIResponses => "Responses",
        _ => "Gemini",
    };
}
