namespace Ccr.Protocols.Transformers;

/// <summary>An option of a transformer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">"number", "true or false", or the words it may be, separated by '|'.</param>
/// <param name="Default">What holds without it; "required" when it must be given.</param>
public sealed record TransformerOption(string Name, string Type, string Default);
