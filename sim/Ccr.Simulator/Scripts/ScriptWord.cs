namespace Ccr.Simulator.Scripts;

/// <summary>One word of the script grammar.</summary>
/// <param name="Name">As it is written, in lower case.</param>
/// <param name="Argument">How the value is called in the help; null: the word takes none.</param>
/// <param name="Group">Words of one group exclude each other within a script; null: no such group.</param>
/// <param name="Help">What the word does, in one line.</param>
/// <param name="Apply">Sets the word on a script, or throws <see cref="FormatException"/> with what is wrong with the value.</param>
internal sealed record ScriptWord(string Name, string? Argument, string? Group, string Help, Func<Script, string, Script> Apply)
{
    /// <summary>The word as one writes it, <c>delay=MS</c>.</summary>
    public string Usage => Argument is null ? Name : $"{Name}={Argument}";
}
