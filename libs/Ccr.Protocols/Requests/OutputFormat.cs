namespace Ccr.Protocols.Requests;

/// <summary>The form an answer must have.</summary>
public enum OutputFormat
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>Any JSON object.</summary>
    JsonObject,

    /// <summary>JSON that fits a schema.</summary>
    JsonSchema,
}
