using System.Net;

namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>What a session needs of its connection. All members are called under the engine's lock.</summary>
internal interface ISessionTransport
{
    EndPoint Remote { get; }

    EndPoint Local { get; }

    /// <summary>Bytes of replies that the client has not taken yet.</summary>
    long Pending { get; }

    /// <summary>Hands what was written to the sender.</summary>
    void Flush();

    /// <summary>Cuts the connection at once.</summary>
    void Abort();
}
