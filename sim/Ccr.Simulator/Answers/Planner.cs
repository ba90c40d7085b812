using System.Text.Json;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Answers;

/// <summary>
/// Decides what the provider says. It has no memory: which step of a tool loop it plays follows from the history in the request.
/// </summary>
/// <param name="configPath">Where the demo text says that the real configuration goes.</param>
internal sealed class Planner(string configPath)
{
    private const int ThinkingBytes = 24;

    /// <summary>The answer to a request of <paramref name="bodyBytes"/> bytes with that key; throws <see cref="RefusedException"/>.</summary>
    public Answer Plan(Conversation conversation, Script script, string key, int bodyBytes)
    {
        if (script.NoPrefill && conversation.Prefill is not null)
        {
            throw new RefusedException("This model does not support assistant message prefill. The conversation must end with a user message.");
        }

        var calls = Calls(conversation, script);
        var text = calls.Count > 0 ? Pieces.Cut(Text(conversation, script, calls.Count), script.Bytes)
            : script.Words is { } words ? Pieces.Words(words)
            : script.Events is { } count ? Pieces.Fill(count, script.Bytes)
            : Pieces.Cut(Text(conversation, script, 0), script.Bytes);
        text = Pieces.After(text, conversation.Prefill ?? "");
        if (script.Stamp)
        {
            text = text.ConvertAll(piece => $"{Pieces.StampPlaceholder} {piece}");
        }

        var thinking = script.Think
            ? Pieces.Cut($"The user asks: {Pieces.Shorten(conversation.Prompt, 80)} I am the simulator, so I only pretend to think.", ThinkingBytes)
            : [];
        return new Answer
        {
            Key = key,
            Model = conversation.Model,
            Thinking = thinking,
            Text = text,
            Calls = calls,
            Usage = Count(script, bodyBytes, thinking, text, calls),
            Stop = script.Stop ?? (calls.Count > 0 ? StopReason.ToolUse : StopReason.EndTurn),
            StreamUsage = conversation.StreamUsage,
            StreamAsArray = conversation.StreamAsArray,
            Request = conversation.Request,
        };
    }

    /// <summary>Tokens of a request's input when the script does not say: a quarter of its bytes.</summary>
    public static int InputTokens(Script script, int bodyBytes) => script.InputTokens ?? Math.Max(1, bodyBytes / 4);

    private static IReadOnlyList<ToolCall> Calls(Conversation conversation, Script script)
    {
        var content = script.Content;
        if (conversation.Choice == ToolChoice.Required && content == ScriptContent.Demo)
        {
            content = ScriptContent.Tool;
        }

        if (content is ScriptContent.Demo or ScriptContent.Text || conversation.Choice == ToolChoice.None || conversation.Tools.Count == 0)
        {
            return [];
        }

        // A caller that insists on a call gets one each time; else the loop ends after its rounds.
        if (conversation.Choice != ToolChoice.Required && conversation.Results.Count > 0 && conversation.ToolTurns >= script.Steps)
        {
            return [];
        }

        var calls = ToolPicker.Pick(conversation, content);
        return calls.Count > 0
            ? calls
            : throw new RefusedException(conversation.ChosenTool is { } name && conversation.Tools.All(t => t.Name != name)
                ? $"tool_choice names the tool '{name}', which is not declared"
                : "the script says noargs, but every declared tool requires an argument");
    }

    private string Text(Conversation conversation, Script script, int calls)
    {
        if (calls > 0)
        {
            return calls == 1 ? "I will run a tool." : $"I will run {calls} tools.";
        }

        if (conversation.OutputSchema.ValueKind == JsonValueKind.Object)
        {
            return SampleInput.For(conversation.OutputSchema);
        }

        var asked = Pieces.Shorten(conversation.Prompt, 200);
        if (conversation.Results.Count > 0)
        {
            return $"Done. The tool answered: {string.Join(" | ", conversation.Results.Select(r => Pieces.Shorten(r, 200)))}";
        }

        return script.Content == ScriptContent.Demo
            ? $"""
               Hello! This is CCR's demo mode: no real model answered, the built-in simulator did.

               You asked: {(asked.Length > 0 ? asked : "(nothing)")}

               To work with real models, put your providers into {configPath} and start CCR again.
               """
            : $"The simulator answers: {asked}";
    }

    // A fixed rule in place of a tokenizer: the same request always has the same counts, and large prompts look partly cached.
    private static TokenCounts Count(Script script, int bodyBytes, List<string> thinking, List<string> text, IReadOnlyList<ToolCall> calls)
    {
        var input = InputTokens(script, bodyBytes);
        var cached = script.CachedTokens ?? (input >= 1024 ? input / 2 / 128 * 128 : 0);
        var written = script.CacheWriteTokens ?? 0;
        if ((long)cached + written > input)
        {
            throw new RefusedException($"the script has {cached} cached and {written} written tokens, more than the {input} of the input");
        }

        var thought = Quarter(thinking.Sum(p => (long)p.Length));
        var said = Quarter(text.Sum(p => (long)p.Length) + calls.Sum(c => (long)c.Name.Length + c.Input.Length));
        var output = script.OutputTokens ?? thought + said;
        return new TokenCounts(input, cached, written, output, Math.Min(thought, output));
    }

    private static int Quarter(long characters) => (int)((characters + 3) / 4);
}
