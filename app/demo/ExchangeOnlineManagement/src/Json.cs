using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace Tenantry.Demo.ExchangeOnline
{
    /// <summary>
    /// Reads JSON straight into PSObjects: a page of 1,000 mailboxes has 200,000 properties, so nothing stands in
    /// between. Sidecars ("Name@data.type") are taken for the types they tell and left out.
    /// </summary>
    internal sealed class JsonReader
    {
        private readonly string text;
        private int position;
        private readonly StringBuilder buffer = new StringBuilder();
        private readonly Dictionary<string, string> names = new Dictionary<string, string>(StringComparer.Ordinal);

        private JsonReader(string text)
        {
            this.text = text;
        }

        /// <summary>The value of a whole text: PSObject, object[], string, long, double, bool or null.</summary>
        internal static object Read(string text)
        {
            var reader = new JsonReader(text);
            reader.SkipSpace();
            object value = reader.ReadValue(null);
            reader.SkipSpace();
            if (reader.position < text.Length) throw reader.Unexpected();
            return value;
        }

        private object ReadValue(string type)
        {
            if (position >= text.Length) throw new FormatException("Unexpected end when reading JSON.");
            char first = text[position];
            switch (first)
            {
                case '{': return ReadObject();
                case '[': return ReadArray();
                case '"': return Typed(ReadString(), type);
                case 't': return Word("true", true);
                case 'f': return Word("false", false);
                case 'n': return Word("null", null);
                default:
                    if (first == '-' || (first >= '0' && first <= '9')) return ReadNumber();
                    throw Unexpected();
            }
        }

        private PSObject ReadObject()
        {
            var result = new PSObject();
            position++;
            SkipSpace();
            if (Take('}')) return result;
            string typedName = null;
            string type = null;
            do
            {
                SkipSpace();
                if (position >= text.Length || text[position] != '"') throw Unexpected();
                string name = ReadName();
                SkipSpace();
                if (!Take(':')) throw Unexpected();
                SkipSpace();
                int at = name.IndexOf('@');
                if (at > 0)
                {
                    typedName = name.Substring(0, at);
                    type = ReadValue(null) as string;
                }
                else
                {
                    object value = ReadValue(typedName != null && typedName == name ? type : null);
                    result.Properties.Add(new PSNoteProperty(name, value), true);
                }
                SkipSpace();
            } while (Take(','));
            if (!Take('}')) throw Unexpected();
            return result;
        }

        private object[] ReadArray()
        {
            var items = new List<object>();
            position++;
            SkipSpace();
            if (Take(']')) return items.ToArray();
            do
            {
                SkipSpace();
                items.Add(ReadValue(null));
                SkipSpace();
            } while (Take(','));
            if (!Take(']')) throw Unexpected();
            return items.ToArray();
        }

        private string ReadName()
        {
            string name = ReadString();
            string known;
            if (names.TryGetValue(name, out known)) return known;
            names[name] = name;
            return name;
        }

        private string ReadString()
        {
            int start = ++position;
            while (position < text.Length && text[position] != '"' && text[position] != '\\') position++;
            if (position >= text.Length) throw new FormatException("Unterminated string in JSON.");
            if (text[position] == '"') return text.Substring(start, position++ - start);
            buffer.Clear().Append(text, start, position - start);
            while (true)
            {
                if (position >= text.Length) throw new FormatException("Unterminated string in JSON.");
                char next = text[position++];
                if (next == '"') return buffer.ToString();
                buffer.Append(next == '\\' ? ReadEscape() : next);
            }
        }

        private char ReadEscape()
        {
            if (position >= text.Length) throw new FormatException("Unterminated string in JSON.");
            char kind = text[position++];
            switch (kind)
            {
                case 'n': return '\n';
                case 'r': return '\r';
                case 't': return '\t';
                case 'b': return '\b';
                case 'f': return '\f';
                case 'u':
                    if (position + 4 > text.Length) throw new FormatException("Unterminated string in JSON.");
                    ushort code = ushort.Parse(text.Substring(position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                    position += 4;
                    return (char)code;
                default: return kind;
            }
        }

        private object ReadNumber()
        {
            int start = position;
            bool whole = true;
            while (position < text.Length)
            {
                char digit = text[position];
                if (digit == '.' || digit == 'e' || digit == 'E') whole = false;
                else if (!((digit >= '0' && digit <= '9') || digit == '-' || digit == '+')) break;
                position++;
            }
            string number = text.Substring(start, position - start);
            long integer;
            if (!whole || !long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer))
            {
                return double.Parse(number, CultureInfo.InvariantCulture);
            }
            if (integer >= int.MinValue && integer <= int.MaxValue) return (int)integer;
            return integer;
        }

        private static object Typed(string value, string type)
        {
            if (type == "System.DateTime")
            {
                DateTime time;
                if (DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out time)) return time;
            }
            else if (type == "System.Guid")
            {
                Guid guid;
                if (Guid.TryParse(value, out guid)) return guid;
            }
            return value;
        }

        private object Word(string word, object value)
        {
            if (string.CompareOrdinal(text, position, word, 0, word.Length) != 0) throw Unexpected();
            position += word.Length;
            return value;
        }

        private bool Take(char wanted)
        {
            if (position >= text.Length || text[position] != wanted) return false;
            position++;
            return true;
        }

        private void SkipSpace()
        {
            while (position < text.Length && char.IsWhiteSpace(text[position])) position++;
        }

        /// <summary>In the words of the reader that Microsoft's module uses: people search for them.</summary>
        private FormatException Unexpected()
        {
            char found = position < text.Length ? text[position] : ' ';
            return new FormatException("Unexpected character encountered while parsing value: " + found + ". Path '', line " + (position == 0 ? 0 : 1) + ", position " + position + ".");
        }
    }

    /// <summary>Writes a cmdlet's parameters as the JSON of InvokeCommand.</summary>
    internal static class JsonWriter
    {
        internal static string WriteCommand(string cmdletName, IDictionary parameters)
        {
            var json = new StringBuilder("{\"CmdletInput\":{\"CmdletName\":");
            WriteText(json, cmdletName);
            json.Append(",\"Parameters\":");
            WriteTable(json, parameters, false);
            return json.Append("}}").ToString();
        }

        private static void Write(StringBuilder json, object value)
        {
            var wrapped = value as PSObject;
            if (wrapped != null) value = wrapped.BaseObject is PSCustomObject ? (object)wrapped.ToString() : wrapped.BaseObject;
            if (value == null) json.Append("null");
            else if (value is bool) json.Append((bool)value ? "true" : "false");
            else if (value is SwitchParameter) json.Append(((SwitchParameter)value).IsPresent ? "true" : "false");
            else if (value is int || value is long || value is uint || value is double || value is decimal) json.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
            else if (value is DateTime) WriteText(json, ((DateTime)value).ToUniversalTime().ToString("o", CultureInfo.InvariantCulture));
            else if (value is SecureString) WriteText(json, Reveal((SecureString)value));
            else if (value is IDictionary) WriteTable(json, (IDictionary)value, true);
            else if (value is string || value is ScriptBlock || !(value is IEnumerable)) WriteText(json, value.ToString());
            else WriteList(json, (IEnumerable)value);
        }

        private static void WriteTable(StringBuilder json, IDictionary table, bool typed)
        {
            json.Append('{');
            bool first = true;
            if (typed)
            {
                json.Append("\"@odata.type\":\"#Exchange.GenericHashTable\"");
                first = false;
            }
            foreach (DictionaryEntry entry in table)
            {
                if (!first) json.Append(',');
                first = false;
                WriteText(json, Convert.ToString(entry.Key, CultureInfo.InvariantCulture));
                json.Append(':');
                Write(json, entry.Value);
            }
            json.Append('}');
        }

        private static void WriteList(StringBuilder json, IEnumerable list)
        {
            json.Append('[');
            bool first = true;
            foreach (object item in list)
            {
                if (!first) json.Append(',');
                first = false;
                Write(json, item);
            }
            json.Append(']');
        }

        private static void WriteText(StringBuilder json, string text)
        {
            json.Append('"');
            foreach (char character in text)
            {
                if (character == '"' || character == '\\') json.Append('\\').Append(character);
                else if (character < ' ') json.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
                else json.Append(character);
            }
            json.Append('"');
        }

        private static string Reveal(SecureString secret)
        {
            IntPtr pointer = Marshal.SecureStringToGlobalAllocUnicode(secret);
            try { return Marshal.PtrToStringUni(pointer); }
            finally { Marshal.ZeroFreeGlobalAllocUnicode(pointer); }
        }
    }
}
