using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using Anthropic;
using Anthropic.Models.Messages;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Responses;

namespace Ccr.Tests.Oracles;

/// <summary>The same calls as oracle.mjs makes, with the official SDKs for .NET.</summary>
internal static class DotNetSdks
{
    private const string Shell = """{"type":"object","properties":{"command":{"type":"string"}},"required":["command"],"additionalProperties":false}""";
    private const string Clock = """{"type":"object","properties":{},"required":[],"additionalProperties":false}""";
    private static readonly (string Name, string Description, string Schema)[] Declared = [("Bash", "Runs a command", Shell), ("Clock", "Tells the time", Clock)];

    /// <summary>The SDKs, by the names that oracle.mjs has for the same clients.</summary>
    public static IReadOnlyList<string> Names { get; } = ["anthropic", "openai-chat", "openai-responses"];

    /// <summary>Makes one call.</summary>
    public static Task<OracleAnswer> AskAsync(OracleQuestion question) => question.Sdk switch
    {
        "anthropic" => AnthropicAsync(question),
        "openai-chat" => ChatAsync(question),
        _ => ResponsesAsync(question),
    };

    private static async Task<OracleAnswer> AnthropicAsync(OracleQuestion question)
    {
        using var client = new AnthropicClient { BaseUrl = question.Url.AbsoluteUri.TrimEnd('/'), ApiKey = question.Key, MaxRetries = 0, ResponseValidation = true };
        var request = new MessageCreateParams
        {
            Model = question.Model,
            MaxTokens = 4096,
            Messages = [new UserMessageParam(Expected.Prompt)],
            Thinking = question.Scenario == "think" ? (ThinkingConfigParam)new ThinkingConfigEnabled(1024) : null,
            Tools = question.Scenario == "parallel" ? [.. Declared.Select(t => (ToolUnion)new Tool { Name = t.Name, Description = t.Description, InputSchema = InputSchema.FromRawUnchecked(Properties(t.Schema)) })] : null,
        };
        var message = question.Stream ? await client.Messages.CreateStreaming(request).Aggregate() : await client.Messages.Create(request);
        var blocks = message.Content.Select(block => block.Value).ToList();
        var (read, written) = (message.Usage.CacheReadInputTokens ?? 0, message.Usage.CacheCreationInputTokens ?? 0);
        return new OracleAnswer(
            string.Concat(blocks.OfType<TextBlock>().Select(b => b.Text)),
            string.Concat(blocks.OfType<ThinkingBlock>().Select(b => b.Thinking)),
            blocks.OfType<ThinkingBlock>().Any(b => b.Signature.Length > 0),
            [.. blocks.OfType<ToolUseBlock>().Select(b => new OracleCall(b.ID, b.Name, JsonSerializer.Serialize(b.Input)))],
            new OracleUsage(message.Usage.InputTokens + read + written, message.Usage.OutputTokens, read),
            message.StopReason?.Raw());
    }

    private static async Task<OracleAnswer> ChatAsync(OracleQuestion question)
    {
        var client = new ChatClient(question.Model, new ApiKeyCredential(question.Key), new OpenAIClientOptions { Endpoint = new Uri(question.Url, "v1"), RetryPolicy = new ClientRetryPolicy(0) });
        var options = new ChatCompletionOptions();
        foreach (var (name, description, schema) in question.Scenario == "parallel" ? Declared : [])
        {
            options.Tools.Add(ChatTool.CreateFunctionTool(name, description, BinaryData.FromString(schema)));
        }

        ChatMessage[] messages = [new UserChatMessage(Expected.Prompt)];
        if (!question.Stream)
        {
            var whole = (await client.CompleteChatAsync(messages, options)).Value;
            return new OracleAnswer(
                string.Concat(whole.Content.Select(p => p.Text)), null, false,
                [.. whole.ToolCalls.Select(c => new OracleCall(c.Id, c.FunctionName, c.FunctionArguments.ToString()))],
                Usage(whole.Usage), Word(whole.FinishReason));
        }

        var text = new StringBuilder();
        var calls = new SortedDictionary<int, (string? Id, string? Name, StringBuilder Arguments)>();
        ChatTokenUsage? usage = null;
        ChatFinishReason? finish = null;
        await foreach (var update in client.CompleteChatStreamingAsync(messages, options))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(p => p.Text)));
            usage = update.Usage ?? usage;
            finish = update.FinishReason ?? finish;
            foreach (var part in update.ToolCallUpdates)
            {
                var call = calls.GetValueOrDefault(part.Index, (null, null, new StringBuilder()));
                call.Arguments.Append(part.FunctionArgumentsUpdate?.ToString());
                calls[part.Index] = (call.Id ?? part.ToolCallId, call.Name ?? part.FunctionName, call.Arguments);
            }
        }

        return new OracleAnswer(
            text.ToString(), null, false,
            [.. calls.Values.Select(c => new OracleCall(c.Id, c.Name!, c.Arguments.ToString()))],
            Usage(usage!), finish is { } reason ? Word(reason) : null);
    }

    private static async Task<OracleAnswer> ResponsesAsync(OracleQuestion question)
    {
        var client = new ResponsesClient(new ApiKeyCredential(question.Key), new ResponsesClientOptions { Endpoint = new Uri(question.Url, "v1"), RetryPolicy = new ClientRetryPolicy(0) });
        var options = new CreateResponseOptions(question.Model, [ResponseItem.CreateUserMessageItem(Expected.Prompt)]) { StoredOutputEnabled = false, StreamingEnabled = question.Stream ? true : null };
        if (question.Scenario == "think")
        {
            options.ReasoningOptions = new ResponseReasoningOptions { ReasoningEffortLevel = ResponseReasoningEffortLevel.Medium };
        }

        foreach (var (name, description, schema) in question.Scenario == "parallel" ? Declared : [])
        {
            options.Tools.Add(ResponseTool.CreateFunctionTool(name, BinaryData.FromString(schema), strictModeEnabled: true, description));
        }

        ResponseResult? response = null;
        var text = new StringBuilder();
        var done = new List<ResponseItem>();
        if (question.Stream)
        {
            await foreach (var update in await client.CreateResponseStreamingAsync(options))
            {
                switch (update)
                {
                    case StreamingResponseOutputTextDeltaUpdate delta:
                        text.Append(delta.Delta);
                        break;
                    case StreamingResponseOutputItemDoneUpdate item:
                        done.Add(item.Item);
                        break;
                    case StreamingResponseCompletedUpdate completed:
                        response = completed.Response;
                        break;
                }
            }

            Assert.Equal(response!.GetOutputText(), text.ToString());
            Assert.Equal(response.OutputItems.Select(i => i.Id), done.Select(i => i.Id));
        }
        else
        {
            response = await client.CreateResponseAsync(options);
        }

        var reasoning = response.OutputItems.OfType<ReasoningResponseItem>().ToList();
        return new OracleAnswer(
            response.GetOutputText(),
            string.Concat(reasoning.Select(r => r.GetSummaryText())),
            reasoning.Exists(r => r.EncryptedContent is { Length: > 0 }),
            [.. response.OutputItems.OfType<FunctionCallResponseItem>().Select(c => new OracleCall(c.CallId, c.FunctionName, c.FunctionArguments.ToString()))],
            new OracleUsage(response.Usage.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.InputTokenDetails.CachedTokenCount),
            response.Status == ResponseStatus.Completed ? "completed" : response.Status?.ToString());
    }

    private static OracleUsage Usage(ChatTokenUsage usage) => new(usage.InputTokenCount, usage.OutputTokenCount, usage.InputTokenDetails?.CachedTokenCount ?? 0);

    private static string Word(ChatFinishReason reason) => reason switch { ChatFinishReason.Stop => "stop", ChatFinishReason.ToolCalls => "tool_calls", var other => other.ToString() };

    private static Dictionary<string, JsonElement> Properties(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
}
