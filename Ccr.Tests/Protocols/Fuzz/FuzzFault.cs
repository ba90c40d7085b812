namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>A property that does not hold.</summary>
internal sealed class FuzzFault(string message) : Exception(message);
