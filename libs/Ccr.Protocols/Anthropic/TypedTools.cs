using Ccr.Protocols.Json;

namespace Ccr.Protocols.Anthropic;

/// <summary>
/// The tools that Anthropic's clients run but declare by a type only, because Anthropic's models know their schemas: what other providers' models must be told of them.
/// </summary>
internal sealed record TypedTools(string TypePrefix, EscapedText Description, RawJson InputSchema)
{
    // Grounds: the arguments as Anthropic documents them for each type. The first line whose prefix fits counts.
    private static readonly TypedTools[] Table =
    [
        Tool("bash_",
            "Runs a command in a shell that stays open between calls, and returns what it printed. Restart the shell when it hangs.",
            """{"type":"object","properties":{"command":{"type":"string","description":"The command to run; not needed when restarting."},"restart":{"type":"boolean","description":"True to start the shell anew."}}}"""),
        Tool("text_editor_20241022", Editor, EditorSchema("\"view\",\"create\",\"str_replace\",\"insert\",\"undo_edit\"", "")),
        Tool("text_editor_20250124", Editor, EditorSchema("\"view\",\"create\",\"str_replace\",\"insert\",\"undo_edit\"", "")),
        Tool("text_editor_", Editor, EditorSchema("\"view\",\"create\",\"str_replace\",\"insert\"", ""","insert_text":{"type":"string","description":"For insert: the text to put in."}""")),
        Tool("memory_",
            "Keeps notes in files below /memories that outlast the conversation: look at them, create, change, delete and rename them.",
            """{"type":"object","properties":{"command":{"type":"string","enum":["view","create","str_replace","insert","delete","rename"]},"path":{"type":"string","description":"The file or folder, below /memories; not for rename."},"view_range":{"type":"array","items":{"type":"integer"},"description":"For view: first and last line."},"file_text":{"type":"string","description":"For create: the whole content."},"old_str":{"type":"string","description":"For str_replace: the text to replace, found exactly once."},"new_str":{"type":"string","description":"For str_replace: what stands there afterwards."},"insert_line":{"type":"integer","description":"For insert: the line to insert after; 0 for the top."},"insert_text":{"type":"string","description":"For insert: the text to put in."},"old_path":{"type":"string","description":"For rename: the present path."},"new_path":{"type":"string","description":"For rename: the new path."}},"required":["command"]}"""),
    ];

    private const string Editor =
        "Looks at and edits text files: view shows a file with line numbers or lists a folder, create writes a whole file, str_replace replaces a text that occurs exactly once, insert puts text after a line.";

    /// <summary>What is known of a type; null when nothing is.</summary>
    public static TypedTools? Find(ReadOnlySpan<byte> type)
    {
        foreach (var tool in Table)
        {
            if (type.Length >= tool.TypePrefix.Length && System.Text.Ascii.Equals(type[..tool.TypePrefix.Length], tool.TypePrefix))
            {
                return tool;
            }
        }

        return null;
    }

    private static TypedTools Tool(string prefix, string description, string schema) =>
        new(prefix, EscapedText.From(description), new(System.Text.Encoding.UTF8.GetBytes(schema)));

    private static string EditorSchema(string commands, string insertText) =>
        $$"""{"type":"object","properties":{"command":{"type":"string","enum":[{{commands}}]},"path":{"type":"string","description":"The absolute path of the file or folder."},"view_range":{"type":"array","items":{"type":"integer"},"description":"For view: first and last line; -1 for the end."},"file_text":{"type":"string","description":"For create: the whole content."},"old_str":{"type":"string","description":"For str_replace: the text to replace, found exactly once."},"new_str":{"type":"string","description":"For str_replace, and for insert where there is no insert_text: the new text."},"insert_line":{"type":"integer","description":"For insert: the line to insert after; 0 for the top."}{{insertText}}},"required":["command","path"]}""";
}
