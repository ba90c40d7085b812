namespace Ccr.Protocols.Repair;

/// <summary>All kinds of repairs: the one list that records and docs/repairs.md are made from.</summary>
public static class RepairTable
{
    /// <summary>All rows, in the order of <see cref="RepairKind"/>.</summary>
    public static IReadOnlyList<RepairRow> Rows { get; } =
    [
        new(RepairKind.ThinkingBlocks, "thinking_blocks", "Invalid `signature` in `thinking` block; Expected `thinking` or `redacted_thinking`, but found `tool_use`; each thinking block must contain thinking; invalid_encrypted_content; Thought signature is not valid", "The reasoning of earlier turns is left out; thinking by budget is turned off where the last calls would have to begin with reasoning."),
        new(RepairKind.ThinkingOff, "thinking_off", "The `reasoning_content` in the thinking mode must be passed back; Thinking may not be enabled when tool_choice forces tool use", "Thinking is turned off for this request."),
        new(RepairKind.ThinkingBudget, "thinking_budget", "budget_tokens: Input should be greater than or equal to 1024; `max_tokens` must be greater than `thinking.budget_tokens`; The thinking budget 100 is invalid. Please choose a value between 512 and 24576.", "The budget goes into its range and the output limit above it; where the model's own limit forbids that, thinking is turned off."),
        new(RepairKind.ThinkingForm, "thinking_form", "\"thinking.type.enabled\" is not supported for this model; adaptive thinking is not supported on this model", "The budget becomes an effort, or the effort a budget."),
        new(RepairKind.Effort, "effort", "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. Supported values are: 'low', 'medium', and 'high'.", "The nearest effort of those that the provider names."),
        new(RepairKind.Parameter, "parameter", "Unsupported parameter: 'temperature'; foo: Extra inputs are not permitted; Unknown name \"topK\" at 'generation_config'; property 'seed' is unsupported; unknown field `store`", "The field is left out, everywhere if it stands in a list. Stop sequences are then ended by the router, and an answer's schema is said as an instruction."),
        new(RepairKind.MaxTokensName, "max_tokens_name", "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens becomes max_completion_tokens, or the reverse."),
        new(RepairKind.MaxTokensLimit, "max_tokens_limit", "max_tokens: 64000 > 8192; the valid range of max_tokens is [1, 8192]; This model supports at most 16384 completion tokens", "The output limit becomes the number that the provider names; a thinking budget above it shrinks too."),
        new(RepairKind.ContextRoom, "context_room", "input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000; maximum context length is 8192 tokens. However, you requested 10000 tokens (6000 in the messages, 4000 in the completion)", "The output limit becomes what the prompt leaves of the context, if that is 1024 tokens at least."),
        new(RepairKind.Media, "media", "This model does not support image input; unknown variant `image_url`, expected `text`; No endpoints found that support image input", "A note in words stands for each image, document or recording."),
        new(RepairKind.ToolIds, "tool_ids", "Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9; tool_use.id: String should match pattern; `tool_use` ids must be unique", "Calls get other ids, and their results the same."),
        new(RepairKind.ToolResults, "tool_results", "`tool_use` ids were found without `tool_result` blocks; An assistant message with 'tool_calls' must be followed by tool messages; unexpected `tool_use_id` found in `tool_result` blocks", "A call without result gets one that says it was interrupted; a result without call becomes text; results come first."),
        new(RepairKind.Prefill, "prefill", "This model does not support assistant message prefill. The conversation must end with a user message.", "A user's turn asks to continue exactly where the last message ended."),
        new(RepairKind.SystemInMiddle, "system_in_middle", "Unexpected role \"system\"; System message must be at the beginning; roles must alternate", "Instructions in the middle become text of the user's turn, in place."),
        new(RepairKind.DeveloperRole, "developer_role", "unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`", "Role developer becomes system."),
        new(RepairKind.BlankText, "blank_text", "text content blocks must be non-empty; final assistant content cannot end with trailing whitespace", "Texts without a word are left out, and blanks at the end of the last one."),
        new(RepairKind.CacheControl, "cache_control", "A maximum of 4 blocks with cache_control may be provided. Found 6.; cache_control: Extra inputs are not permitted", "The oldest marks are taken away until four are left, or all where none is taken."),
        new(RepairKind.ToolSchema, "tool_schema", "tools.0.custom.input_schema: JSON schema is invalid; Invalid schema for function 'f'", "Every tool's schema in the plainest subset (types, properties, required, enum, items, anyOf), without strict."),
        new(RepairKind.BetaHeader, "beta_header", "Unexpected value(s) `effort-2025-11-24` for the `anthropic-beta` header; invalid beta flag", "The named betas leave the header, and the fields they stand for the body."),
    ];

    /// <summary>The row of a kind.</summary>
    public static RepairRow Row(RepairKind kind) => Rows[(int)kind];
}
