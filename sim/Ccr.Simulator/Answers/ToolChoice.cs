namespace Ccr.Simulator.Answers;

/// <summary>What the caller said about tool calls.</summary>
internal enum ToolChoice
{
    /// <summary>As the model likes.</summary>
    Auto,

    /// <summary>No call.</summary>
    None,

    /// <summary>A call; of which tool may be named beside.</summary>
    Required,
}
