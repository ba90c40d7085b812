namespace Ccr.Dashboard.Web.Sources;

/// <summary>A source cannot be read, said for the person at the screen: no address parts that could hold a secret, no stack.</summary>
internal sealed class SourceException(string message, Exception? inner = null) : Exception(message, inner);
