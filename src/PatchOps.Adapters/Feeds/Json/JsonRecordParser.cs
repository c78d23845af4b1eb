using System.Text.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>What one JSON feed looks like: where its records stand and how one is read. <see cref="JsonRecordStream"/> does the rest.</summary>
internal abstract class JsonRecordParser
{
    protected JsonRecordParser(FeedContext context) => Context = context;

    protected FeedContext Context { get; }

    protected static TextCache Cache => TextCache.Shared;

    /// <summary>Names of the lists that hold the records in a document with an envelope.</summary>
    public virtual IReadOnlyList<byte[]> Lists => [];

    /// <summary>Properties that show a root object to be a record, not an envelope.</summary>
    public virtual IReadOnlyList<byte[]> Marks => [];

    /// <summary>First property of a record, by which the next one is found after damage.</summary>
    public virtual IReadOnlyList<byte[]> FirstKeys => [];

    /// <summary>True where the root object is a map of maps whose values are the records; a record's key is both names, joined by a slash.</summary>
    public virtual bool IsMap => false;

    public virtual int RecordBytes => Context.Limits.RecordBytes;

    /// <summary>Id of the record being read as far as it is known; part of a rejection's place.</summary>
    public string? CurrentId { get; protected set; }

    /// <summary>Reads one record: the reader stands on its opening brace, and on its closing brace after.</summary>
    /// <param name="r">May run out of data: then <see cref="NeedMoreException"/>, and the record is started again.</param>
    /// <param name="key">Name in the map, or null.</param>
    /// <param name="items">Receives what was read.</param>
    public void Read(ref Utf8JsonReader r, string? key, List<FeedItem> items)
    {
        CurrentId = key;
        Parse(ref r, key, items);
    }

    /// <summary>A property of the envelope other than the lists: the reader is on its name, and at the end of its value after.</summary>
    public virtual void Envelope(ref Utf8JsonReader r) => JsonRead.Skip(ref r);

    /// <summary>Properties of the envelope that count behind the list of records as well; where there are none, what follows the list is only looked through for lost records.</summary>
    public virtual IReadOnlyList<byte[]> AfterList => [];

    /// <summary>Names of properties that stand behind the list and never inside a record: after damage they tell where the list has ended.</summary>
    public virtual IReadOnlyList<byte[]> Following => [];

    /// <summary>One of <see cref="AfterList"/>: its value, or one element where it is a list.</summary>
    public virtual void After(string name, JsonElement value)
    {
    }

    /// <summary>Whether the document holds what it claims to; null or the reason why not.</summary>
    public virtual string? Finish(long items) => null;

    /// <summary>Position of the next map entry after damage, or -1.</summary>
    /// <param name="window">Bytes to look through.</param>
    /// <param name="inside">Whether the outer name is known, so that an entry of the inner map will do.</param>
    /// <param name="outer">Whether it is an entry of the outer map.</param>
    public virtual int FindEntry(ReadOnlySpan<byte> window, bool inside, out bool outer)
    {
        outer = false;
        return -1;
    }

    /// <summary>Whether the first record's first property may serve to find others after damage.</summary>
    public virtual bool LearnsFirstKey => true;

    /// <summary>Whether a record that holds the start of another is refused: nothing legitimate inside looks like one.</summary>
    public virtual bool RefusesInside => false;

    /// <summary>Whether a record starts at this brace, where <see cref="FirstKeys"/> cannot say it.</summary>
    public virtual bool Starts(ReadOnlySpan<byte> at) => false;

    /// <summary>Whether records have parts that <see cref="StartsPart"/> finds.</summary>
    public virtual bool HasParts => false;

    /// <summary>Whether a part of a record starts at this brace that can be read by itself: sought only after damage, so that one damaged part does not take its neighbours along.</summary>
    public virtual bool StartsPart(ReadOnlySpan<byte> at) => false;

    /// <summary>Whether a name belongs in the inner map.</summary>
    public virtual bool IsEntryKey(string name) => true;

    protected abstract void Parse(ref Utf8JsonReader r, string? key, List<FeedItem> items);
}
