// SPDX-License-Identifier: MIT

// pool URL: a POST for each line of standard input, over one pooled connection; says how it went.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer, err := http.Post(os.Args[1], "text/plain", strings.NewReader("hello"))
		if err != nil {
			fmt.Println(err)
			continue
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		fmt.Println(answer.Status)
	}
}
