namespace Ccr.Standins.EmbeddedRedis.Persistence;

/// <summary>A snapshot that cannot be loaded. The message is one line that names the file, the place and the remedy.</summary>
public sealed class SnapshotException(string message) : Exception(message);
