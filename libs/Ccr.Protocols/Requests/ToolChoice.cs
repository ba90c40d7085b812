namespace Ccr.Protocols.Requests;

/// <summary>Whether the model must call a tool.</summary>
public enum ToolChoice
{
    /// <summary>Not said: the provider's default.</summary>
    Unset,

    /// <summary>As the model likes.</summary>
    Auto,

    /// <summary>Some tool.</summary>
    Any,

    /// <summary>One named tool.</summary>
    Named,

    /// <summary>No tool.</summary>
    None,
}
