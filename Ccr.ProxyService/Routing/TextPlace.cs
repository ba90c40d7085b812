namespace Ccr.ProxyService.Routing;

/// <summary>A text of a request, between its quotes.</summary>
/// <param name="Start">Where it begins in the body.</param>
/// <param name="Length">Its length in bytes, still escaped.</param>
/// <param name="UserMessage">The number of the user message that it is of, from 0; -1 for a text of the system.</param>
internal readonly record struct TextPlace(int Start, int Length, int UserMessage);
