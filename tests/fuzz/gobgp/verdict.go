// SPDX-License-Identifier: Apache-2.0

// verdict - says what GoBGP's packet library makes of each UPDATE on its standard input,
// as tests/fuzz/verdict.c does for ours, in the same form, for tests/differential. Of
// prefixes that GoBGP can't say right it says "?"; behind those of an UPDATE with an
// attribute that runs over the list stands "over".
//
// The steps are those of recvMessageWithError in GoBGP's pkg/server/fsm.go, with RFC
// 7606 (treat-as-withdraw) switched on. A family that GoBGP would disable counts as
// reset: RFC 7606 7.11 leaves the choice. A panic is the worst verdict there is.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/osrg/gobgp/pkg/packet/bgp"
)

const maxRecord = 65536

var names = map[bgp.ErrorHandling]string{
	bgp.ERROR_HANDLING_NONE:              "ok",
	bgp.ERROR_HANDLING_ATTRIBUTE_DISCARD: "discard",
	bgp.ERROR_HANDLING_TREAT_AS_WITHDRAW: "withdraw",
	bgp.ERROR_HANDLING_AFISAFI_DISABLE:   "reset",
	bgp.ERROR_HANDLING_SESSION_RESET:     "reset",
}

type modes = map[bgp.RouteFamily]bgp.BGPAddPathMode

var numbers = regexp.MustCompile(`\b(0x[0-9a-f]+|[0-9]+)\b`)

// families returns what the octet of the record says was agreed.
func families(agreed byte) modes {
	had := make(modes)
	for i, f := range []bgp.RouteFamily{bgp.RF_IPv4_UC, bgp.RF_IPv6_UC} {
		if agreed&(8<<i) == 0 {
			continue
		}
		had[f] = bgp.BGP_ADD_PATH_NONE
		if agreed&(32<<i) != 0 {
			had[f] = bgp.BGP_ADD_PATH_RECEIVE
		}
	}
	return had
}

// foreign tells of an attribute of a family that was not agreed.
func foreign(a bgp.PathAttributeInterface, had modes) bool {
	var family bgp.RouteFamily
	switch p := a.(type) {
	case *bgp.PathAttributeMpReachNLRI:
		family = bgp.AfiSafiToRouteFamily(p.AFI, p.SAFI)
	case *bgp.PathAttributeMpUnreachNLRI:
		family = bgp.AfiSafiToRouteFamily(p.AFI, p.SAFI)
	default:
		return false
	}
	_, ok := had[family]
	return !ok && family != 0 // it didn't come to the family
}

// attributes calls f with each attribute of a body: where it is, its flags, its type. It
// returns false when the last one runs over the list.
func attributes(body []byte, f func(at int, flags, code byte)) bool {
	if len(body) < 2 {
		return true
	}
	at := 4 + int(binary.BigEndian.Uint16(body))
	if at > len(body) {
		return true
	}
	end := at + int(binary.BigEndian.Uint16(body[at-2:]))
	if end > len(body) {
		return true
	}
	for at < end {
		head := 3
		if body[at]&0x10 != 0 {
			head = 4
		}
		if at+head > end {
			return false
		}
		f(at, body[at], body[at+1])
		if head == 4 {
			at += int(binary.BigEndian.Uint16(body[at+2:]))
		} else {
			at += int(body[at+2])
		}
		at += head
	}
	return at == end
}

// overruns tells whether an attribute runs over the list. GoBGP gives it octets of the
// prefixes.
func overruns(body []byte) bool {
	return !attributes(body, func(int, byte, byte) {})
}

// askew tells whether GoBGP refuses the flags of an attribute: it then takes its length
// for 0, and what it reads behind it is not what the message says.
func askew(body []byte) (found bool) {
	attributes(body, func(_ int, flags, code byte) {
		known, ok := bgp.PathAttrFlags[bgp.BGPAttrType(code)]
		if ok && flags&^0x30 != byte(known) || flags&0xc0 == 0 ||
			flags&0x20 != 0 && flags&0xc0 != 0xc0 {
			found = true
		}
	})
	return found
}

// circumstance says of an attribute what makes it another case of the RFC.
func circumstance(code bgp.BGPAttrType, again bool, other bool, agreed byte) string {
	if again {
		return " again"
	}
	switch code {
	case bgp.BGP_ATTR_TYPE_LOCAL_PREF, bgp.BGP_ATTR_TYPE_ORIGINATOR_ID,
		bgp.BGP_ATTR_TYPE_CLUSTER_LIST:
		if agreed&1 != 0 {
			return " from outside"
		}
	case bgp.BGP_ATTR_TYPE_AS4_PATH, bgp.BGP_ATTR_TYPE_AS4_AGGREGATOR:
		if agreed&2 != 0 {
			return " beside 4 octets"
		}
	}
	if other {
		return " of another family"
	}
	return ""
}

// named is what an error says, behind the name of its attribute.
func named(code bgp.BGPAttrType, circumstance, text string) string {
	name := strings.TrimPrefix(code.String(), "BGP_ATTR_TYPE_")
	if strings.HasPrefix(name, "BGPAttrType") {
		name = "unknown"
	}
	return name + circumstance + ": " + text
}

// flagsReason is for flags that are wrong: the error holds all from the attribute on.
func flagsReason(e *bgp.MessageError, record []byte) string {
	body, code, again := record[1:], e.Data[1], false
	attributes(body, func(at int, _, c byte) {
		again = again || (c == code && at < len(body)-len(e.Data))
	})
	t, text := bgp.BGPAttrType(code), "flags"
	if strings.Contains(e.Message, "partial bit") {
		text = "Partial is set"
	} else if f, ok := bgp.PathAttrFlags[t]; ok && byte(f) == e.Data[0]&0xc0 {
		text = "unused flags are set"
	}
	return named(t, circumstance(t, again, false, record[0]), text)
}

// reason is the error without the numbers that it tells, behind its attribute.
func reason(e *bgp.MessageError, m *bgp.BGPUpdate, record []byte) string {
	if e.SubTypeCode == bgp.BGP_ERROR_SUB_ATTRIBUTE_FLAGS_ERROR {
		return flagsReason(e, record)
	}
	text := numbers.ReplaceAllString(e.Message, "N")
	if e.ErrorHandling >= bgp.ERROR_HANDLING_AFISAFI_DISABLE {
		if askew(record[1:]) {
			return "behind flags that it refuses: " + text
		}
		if overruns(record[1:]) {
			return "with an attribute over the list: " + text
		}
	}
	if e.ErrorAttribute == nil {
		return text
	}
	a, again := *e.ErrorAttribute, false
	for _, earlier := range m.PathAttributes {
		if earlier == a {
			break
		}
		again = again || earlier.GetType() == a.GetType()
	}
	other := foreign(a, families(record[0]))
	t := a.GetType()
	return named(t, circumstance(t, again, other, record[0]), text)
}

// route prints one prefix; those of families that we don't have are left out.
func route(sign string, p bgp.AddrPrefixInterface) string {
	var bytes []byte
	var length uint8
	switch n := p.(type) {
	case *bgp.IPAddrPrefix:
		bytes, length = n.Prefix, n.Length
	case *bgp.IPv6AddrPrefix:
		bytes, length = n.Prefix, n.Length
	default:
		return ""
	}
	return fmt.Sprintf(" %s%d/%d/%s/%d", sign, p.AFI(), length,
		hex.EncodeToString(bytes), p.PathIdentifier())
}

func routes(m *bgp.BGPUpdate, had modes, plus string) string {
	var s strings.Builder
	for _, p := range m.WithdrawnRoutes {
		s.WriteString(route("-", p))
	}
	for _, p := range m.NLRI {
		s.WriteString(route(plus, p))
	}
	for _, a := range m.PathAttributes {
		if foreign(a, had) {
			continue
		}
		switch mp := a.(type) {
		case *bgp.PathAttributeMpReachNLRI:
			for _, p := range mp.Value {
				s.WriteString(route(plus, p))
			}
		case *bgp.PathAttributeMpUnreachNLRI:
			for _, p := range mp.Value {
				s.WriteString(route("-", p))
			}
		}
	}
	return s.String()
}

// judge returns the line without its end.
func judge(record []byte) (line string) {
	defer func() {
		if r := recover(); r != nil {
			text := numbers.ReplaceAllString(fmt.Sprint(r), "N")
			line = "panic\t" + text + "\t"
		}
	}()
	had := families(record[0])
	m, worst, why := &bgp.BGPUpdate{}, bgp.ERROR_HANDLING_NONE, ""
	note := func(err error) {
		var e *bgp.MessageError
		if errors.As(err, &e) && e.ErrorHandling > worst {
			worst, why = e.ErrorHandling, reason(e, m, record)
		}
	}

	note(m.DecodeFromBytes(record[1:], &bgp.MarshallingOption{AddPath: had}))
	valid := m
	if worst == bgp.ERROR_HANDLING_TREAT_AS_WITHDRAW {
		valid = bgp.TreatAsWithdraw(m)
	}
	if worst < bgp.ERROR_HANDLING_AFISAFI_DISABLE {
		_, err := bgp.ValidateUpdateMsg(valid, had, record[0]&1 != 0, false)
		note(err)
	}
	found, plus := "", "+"
	if worst == bgp.ERROR_HANDLING_TREAT_AS_WITHDRAW {
		plus = "-"
	}
	if askew(record[1:]) {
		found = "?"
	} else if worst < bgp.ERROR_HANDLING_AFISAFI_DISABLE {
		found = routes(m, had, plus)
		if overruns(record[1:]) {
			found += " over"
		}
	}
	return names[worst] + "\t" + why + "\t" + found
}

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	for {
		var length uint32
		err := binary.Read(in, binary.BigEndian, &length)
		if err == io.EOF {
			break
		}
		if err == nil && (length == 0 || length > maxRecord) {
			err = fmt.Errorf("a record of %d octets", length)
		}
		record := make([]byte, length)
		if err == nil {
			_, err = io.ReadFull(in, record)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "verdict:", err)
			os.Exit(1)
		}
		fmt.Fprintln(out, judge(record))
	}
	if err := out.Flush(); err != nil {
		os.Exit(1)
	}
}
