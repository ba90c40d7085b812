using System.Text.Encodings.Web;
using System.Text.Json;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Answers;

/// <summary>Chooses tools that are safe to run on a real machine: a shell that says a word, else the first declared tool.</summary>
internal static class ToolPicker
{
    /// <summary>What the shell tool of a real agent is made to print.</summary>
    public const string Word = "ccr-tool-ok";

    private const string Code = "exec";
    private const string Patch = "apply_patch";

    // The shells of Claude Code, opencode, Codex, Qwen Code and Gemini CLI.
    private static readonly string[] Shells = ["Bash", "bash", "shell", "shell_command", "exec_command", "run_shell_command"];

    /// <summary>The calls that a script plays; empty when no declared tool fits.</summary>
    public static IReadOnlyList<ToolCall> Pick(Conversation conversation, ScriptContent content)
    {
        var tools = conversation.ChosenTool is { } only ? [.. conversation.Tools.Where(t => t.Name == only)] : conversation.Tools;
        if (tools.Count == 0)
        {
            return [];
        }

        if (content == ScriptContent.NoArguments)
        {
            return tools.FirstOrDefault(t => !t.IsFreeText && !SampleInput.Required(t.Schema).Any()) is { } free ? [new ToolCall(free.Name, "{}", Namespace: free.Namespace)] : [];
        }

        var shell = Shells.Select(name => tools.FirstOrDefault(t => t.Name == name)).FirstOrDefault(t => t is not null) ?? tools.FirstOrDefault(t => t.Name == Code);
        var first = shell ?? tools[0];
        var second = shell ?? (tools.Count > 1 ? tools[1] : first);
        return content == ScriptContent.Parallel ? [Call(first, 1), Call(second, 2)] : [Call(first, 1)];
    }

    private static ToolCall Call(DeclaredTool tool, int number)
    {
        var command = number == 1 ? $"echo {Word}" : $"echo {Word}-{number}";
        if (tool.IsFreeText)
        {
            return new ToolCall(tool.Name, FreeText(tool.Name, command), IsFreeText: true, tool.Namespace);
        }

        if (!Shells.Contains(tool.Name))
        {
            // A free-text tool that a router has made into a function with one string.
            var isWrapped = tool.Name is Code or Patch && SampleInput.Property(tool.Schema, "input").ValueKind == JsonValueKind.Object;
            var wrapped = isWrapped ? new Dictionary<string, string> { ["input"] = $"\"{JsonEncodedText.Encode(FreeText(tool.Name, command), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"" } : null;
            return new ToolCall(tool.Name, SampleInput.For(tool.Schema, wrapped), Namespace: tool.Namespace);
        }

        var preset = new Dictionary<string, string>();
        foreach (var name in (string[])["command", "cmd"])
        {
            if (SampleInput.Property(tool.Schema, name) is { ValueKind: JsonValueKind.Object } property)
            {
                var wantsList = property.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString()!.Equals("array", StringComparison.OrdinalIgnoreCase);
                preset[name] = wantsList ? $"""["bash","-lc","{command}"]""" : $"\"{command}\"";
            }
        }

        if (SampleInput.Property(tool.Schema, "description").ValueKind == JsonValueKind.Object)
        {
            preset["description"] = "\"Say that the tool works\"";
        }

        return new ToolCall(tool.Name, SampleInput.For(tool.Schema, preset), Namespace: tool.Namespace);
    }

    // Codex has two tools of free text: its JavaScript cell and its patches.
    private static string FreeText(string tool, string command) => tool switch
    {
        Code => $"const r = await tools.exec_command({{ cmd: \"{command}\" }});\ntext(r.output ?? r);\n",
        Patch => $"*** Begin Patch\n*** Add File: {Word}.txt\n+{Word}\n*** End Patch\n",
        _ => command,
    };
}
