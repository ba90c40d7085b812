namespace Ccr.Simulator.Scripts;

/// <summary>What the answer is made of.</summary>
internal enum ScriptContent
{
    /// <summary>The friendly text of the demo mode; the default.</summary>
    Demo,

    /// <summary>A short plain text.</summary>
    Text,

    /// <summary>One tool call, then a closing text when its result has come back.</summary>
    Tool,

    /// <summary>Two tool calls in one turn, then a closing text.</summary>
    Parallel,

    /// <summary>One call of a tool that needs no argument, then a closing text.</summary>
    NoArguments,
}
