namespace Ccr.Standins.EmbeddedRedis.Protocol;

/// <summary>Bytes that are no request. The connection answers with the message and closes.</summary>
internal sealed class ProtocolException(string message) : Exception("ERR Protocol error: " + message);
