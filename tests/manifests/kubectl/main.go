// Asks kubectl's own code what it reads in each text of answers.json, and writes the answers back.
//
// Needs Go:  cd tests/manifests/kubectl && go run .
//
// The program does what kubectl does with a file up to the point where it asks a server: cut the
// stream into documents, turn each into JSON, and make values of the JSON. Tests read answers.json
// alone and need no Go.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// A text, and what kubectl makes of it.
type answer struct {
	Text      string   `json:"text,omitempty"`
	Bytes     []byte   `json:"bytes,omitempty"` // for what is no text, in base64
	Documents []string `json:"documents"`       // as kubectl sends them; empty ones are left out
	Error     string   `json:"error,omitempty"`
}

func (a *answer) read() {
	data := a.Bytes
	if data == nil {
		data = []byte(a.Text)
	}
	a.Documents, a.Error = []string{}, ""
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		var extension runtime.RawExtension
		if err := decoder.Decode(&extension); err != nil {
			if err != io.EOF {
				a.Error = err.Error()
			}
			return
		}
		raw := bytes.TrimSpace(extension.Raw)
		if len(raw) == 0 || string(raw) == "null" {
			continue
		}
		var value any
		if err := utiljson.Unmarshal(raw, &value); err != nil {
			a.Error = err.Error()
			return
		}
		sent, err := json.Marshal(value)
		if err != nil {
			a.Error = err.Error()
			return
		}
		a.Documents = append(a.Documents, string(sent))
	}
}

func main() {
	const file = "answers.json"
	content, err := os.ReadFile(file)
	var answers []answer
	if err == nil {
		err = json.Unmarshal(content, &answers)
	}
	if err == nil {
		var out bytes.Buffer
		out.WriteString("[\n")
		for i := range answers {
			answers[i].read()
			line, _ := json.Marshal(answers[i])
			out.Write(line)
			if i < len(answers)-1 {
				out.WriteByte(',')
			}
			out.WriteByte('\n')
		}
		out.WriteString("]\n")
		err = os.WriteFile(file, out.Bytes(), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
