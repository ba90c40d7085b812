using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>tooluse: for models that are shy of tools. A tool must be called; a tool of ours, ExitTool, is the way to answer in words, and its call becomes text.</summary>
internal sealed class ToolUseTransformer : Transformer
{
    private static readonly EscapedText Reminder = EscapedText.From(
        "<system-reminder>Tool mode is on. Work on the task by calling the best suited tool first. When the task is done, or no tool fits, call ExitTool with your answer; do not answer in plain text.</system-reminder>");

    private static readonly ToolDefinition ExitTool = new()
    {
        Name = EscapedText.From(ExitToolSink.Name),
        Description = EscapedText.From("Call this when the task is done, or when no other tool helps, to leave tool mode. \"response\" is the answer that the user reads."),
        InputSchema = new(Encoding.UTF8.GetBytes("""{"type":"object","properties":{"response":{"type":"string","description":"The answer for the user."}},"required":["response"]}""")),
    };

    /// <inheritdoc/>
    public override bool EditsRequest => true;

    /// <inheritdoc/>
    public override bool ChangesAnswer => true;

    /// <inheritdoc/>
    public override void Edit(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
        if (!request.Tools.Exists(static t => t.IsClientTool) || request.ToolChoice == ToolChoice.None)
        {
            return;
        }

        request.Tools.Add(ExitTool);
        request.Messages.Add(new(MessageRole.System, [new TextBlock(Reminder)], request.Messages.Count));
        if (request.ToolChoice is ToolChoice.Unset or ToolChoice.Auto)
        {
            request.ToolChoice = ToolChoice.Any;
        }

        if (request.AllowedTools.Count > 0)
        {
            request.AllowedTools.Add(ExitTool.Name);
        }
    }

    /// <inheritdoc/>
    public override IMessageSink Wrap(IMessageSink next, CanonicalRequest request, TargetOptions target) => new ExitToolSink(next);
}
