using System.Buffers.Binary;
using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis.Persistence;

/// <summary>Reads the form of <see cref="SnapshotFormat"/>. Whatever the bytes are, the result is a data set or an <see cref="InvalidDataException"/>.</summary>
internal sealed class SnapshotReader
{
    private const int Piece = 64 * 1024;
    private readonly Stream _input;
    private readonly Engine _engine;
    private Checksum _checksum = new();
    private long _position;

    private SnapshotReader(Stream input, Engine engine)
    {
        _input = input;
        _engine = engine;
    }

    public static void Read(Stream input, Engine engine) => new SnapshotReader(input, engine).ReadAll();

    private void ReadAll()
    {
        if (!Raw(SnapshotFormat.Magic.Length).AsSpan().SequenceEqual(SnapshotFormat.Magic))
        {
            throw new InvalidDataException("It does not begin as a snapshot of this server does.");
        }

        var version = UInt32();
        if (version != SnapshotFormat.Version)
        {
            throw new InvalidDataException($"It has version {version}; this server reads version {SnapshotFormat.Version}.");
        }

        var records = 0L;
        for (var kind = Byte(); kind != SnapshotFormat.End; kind = Byte())
        {
            Record(kind);
            records++;
        }

        var expected = Int64();
        var checksum = _checksum.Value;
        if (UInt32() != checksum || expected != records || _input.ReadByte() >= 0)
        {
            throw new InvalidDataException("Its checksum does not match: the file was damaged.");
        }
    }

    private void Record(byte kind)
    {
        var start = _position - 1;
        var index = Byte();
        if (index >= _engine.Databases.Count)
        {
            throw new InvalidDataException($"The record at byte {start} names database {index}, which does not exist.");
        }

        var expiry = Int64();
        var key = Bytes();
        RedisValue value = kind switch
        {
            SnapshotFormat.String => Text(start),
            SnapshotFormat.Hash => Hash(),
            SnapshotFormat.List => List(),
            SnapshotFormat.Set => Set(),
            SnapshotFormat.SortedSet => SortedSet(),
            SnapshotFormat.Stream => ReadStream(),
            _ => throw new InvalidDataException($"The record at byte {start} is of the unknown kind {kind}."),
        };
        var database = _engine.Databases[index];
        database.SetExpiry(key, database.Set(key, value), expiry);
    }

    private StringValue Text(long start)
    {
        var form = (StringForm)Byte();
        return Enum.IsDefined(form)
            ? new StringValue(Bytes(), form)
            : throw new InvalidDataException($"The string at byte {start} has the unknown encoding {(byte)form}.");
    }

    private HashValue Hash()
    {
        var hash = new HashValue(_engine.Limits);
        for (var count = UInt32(); count > 0; count--)
        {
            hash.Set(Bytes(), Bytes());
        }

        return hash;
    }

    private ListValue List()
    {
        var list = new ListValue();
        for (var count = UInt32(); count > 0; count--)
        {
            list.Items.AddLast(Bytes());
        }

        return list;
    }

    private SetValue Set()
    {
        var set = new SetValue(_engine.Limits);
        for (var count = UInt32(); count > 0; count--)
        {
            set.Add(Bytes());
        }

        return set;
    }

    private SortedSetValue SortedSet()
    {
        var set = new SortedSetValue(_engine.Limits);
        for (var count = UInt32(); count > 0; count--)
        {
            var member = Bytes();
            var score = BitConverter.Int64BitsToDouble(Int64());
            if (double.IsNaN(score))
            {
                throw new InvalidDataException($"The score at byte {_position - sizeof(double)} is not a number.");
            }

            set.Set(member, score);
        }

        return set;
    }

    private StreamValue ReadStream()
    {
        var lastId = Id();
        var maxDeleted = Id();
        var added = Int64();
        var stream = new StreamValue();
        for (var count = UInt32(); count > 0; count--)
        {
            var id = Id();
            if (id <= stream.LastId)
            {
                throw new InvalidDataException($"The stream entry at byte {_position} is out of order.");
            }

            var parts = new List<byte[]>();
            for (var rest = UInt32(); rest > 0; rest--)
            {
                parts.Add(Bytes());
            }

            stream.Add(new StreamEntry(id, [.. parts]));
        }

        stream.LastId = lastId;
        stream.MaxDeletedId = maxDeleted;
        stream.Added = added;
        return stream;
    }

    private StreamId Id() => new((ulong)Int64(), (ulong)Int64());

    private byte[] Bytes()
    {
        var length = UInt32();
        if (length > int.MaxValue)
        {
            throw new InvalidDataException($"The length at byte {_position - sizeof(uint)} is impossible.");
        }

        // A damaged length must not reserve memory that the file cannot fill.
        if (length <= Piece)
        {
            return Raw((int)length);
        }

        var whole = new MemoryStream();
        for (var rest = (int)length; rest > 0; rest -= Piece)
        {
            whole.Write(Raw(Math.Min(rest, Piece)));
        }

        return whole.ToArray();
    }

    private byte Byte() => Raw(1)[0];

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Raw(sizeof(uint)));

    private long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Raw(sizeof(long)));

    private byte[] Raw(int length)
    {
        var bytes = new byte[length];
        var read = _input.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        if (read < length)
        {
            throw new InvalidDataException($"It ends too early, at byte {_position + read}.");
        }

        _position += length;
        _checksum.Add(bytes);
        return bytes;
    }
}
